/* One rollup for each type of event and each step, hours first. */
#include "store.h"

#include "clock.h"
#include "emit.h"
#include "event.h"
#include "libstore/migrate.h"
#include "libstore/rollup.h"
#include "msg.h"
#include "out.h"

#define HOUR_MS 3600000

static int
fail(const struct db_error *error)
{
	msg_warnx("%s", error->text);
	return db_exit_code(error->fault);
}

static void
tell(struct db *db, const struct rollup *r, const struct rollup_done *done)
{
	struct event_head head = {
	    .type = "reap", .node = event_node(), .time_ms = clock_now()};
	struct buf data = BUF_INIT, line = BUF_INIT;
	struct emit e;

	emit_begin(&e, &data);
	emit_object(&e, NULL);
	emit_string(&e, "action", "rollup");
	emit_bytes_str(&e, "path", db_name(db));
	emit_string(&e, "of", r->type);
	emit_i64(&e, "step_seconds", r->step / 1000);
	emit_u64(&e, "count", done->events - done->left);
	emit_u64(&e, "kept_count", done->left);
	emit_time(&e, "before", r->before);
	emit_bool(&e, "dry_run", r->dry_run);
	emit_end(&e);
	event_write(&line, &head, NULL, &data);
	out_add(line.data, line.len);
	out_flush();
	buf_release(&line);
	buf_release(&data);
}

/* One step of all types. */
static int
roll(struct db *db, const struct store_policy *policy, int64_t step,
    int64_t after_ms)
{
	int64_t now = clock_now();
	int status = 0;
	size_t i;

	for (i = 0; rollup_types[i] != NULL; i++) {
		struct rollup r = {
		    rollup_types[i], step, now - after_ms, policy->dry_run};
		struct rollup_done done = {0, 0};

		if (rollup_run(db, &r, &done) < 0)
			status = exit_worse(status, fail(db_error(db)));
		if (done.events > 0)
			tell(db, &r, &done);
		if (status != 0)
			break;
	}
	return status;
}

int
store_reap(const struct store_policy *policy)
{
	struct db_options how = {
	    .mode = policy->dry_run ? DB_READ : DB_WRITE,
	    .wait_ms = policy->wait_ms,
	};
	struct db_error error;
	struct db *db = db_open(policy->db, &how, &error);
	int status = 0;

	if (db == NULL)
		return fail(&error);
	if (migrate_check(db) < 0)
		status = fail(db_error(db));
	if (status == 0 && policy->hours_after_ms >= 0)
		status = roll(db, policy, HOUR_MS, policy->hours_after_ms);
	if (status == 0 && policy->days_after_ms >= 0)
		status = roll(
		    db, policy, (int64_t)24 * HOUR_MS, policy->days_after_ms);
	db_close(db);
	return status;
}
