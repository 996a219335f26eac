/* How jobs stand, as JSON lines. */
#include "emit.h"
#include "msg.h"
#include "out.h"
#include "store.h"

struct listing {
	bool with_spec;
	uint64_t count;
};

static void
emit_text(struct emit *e, const char *key, const char *text)
{
	if (text != NULL)
		emit_string(e, key, text);
}

static void
emit_known_time(struct emit *e, const char *key, int64_t ms)
{
	if (ms >= 0)
		emit_time(e, key, ms);
}

/* What only a job of the queue has. */
static void
emit_queued(struct emit *e, const struct queue_entry *q)
{
	if (q->queued_at < 0)
		return;
	if (q->tier != NULL && *q->tier != '\0')
		emit_string(e, "tier", q->tier);
	emit_i64(e, "priority", q->priority);
	if (q->needs != NULL)
		emit_raw(e, "capabilities", q->needs, strlen(q->needs));
	emit_time(e, "queued_at", q->queued_at);
	emit_i64(e, "attempt", q->attempt);
	emit_i64(e, "max_attempts", q->max_attempts);
	emit_i64(e, "epoch", q->epoch);
	emit_known_time(e, "lease_until", q->lease_until);
}

static int
print_entry(void *context, const struct queue_entry *q)
{
	struct listing *listing = context;
	struct buf line = BUF_INIT;
	struct emit e;

	listing->count++;
	emit_begin(&e, &line);
	emit_object(&e, NULL);
	emit_string(&e, "job", q->name);
	emit_text(&e, "state", q->state);
	emit_known_time(&e, "state_time", q->state_time);
	emit_text(&e, "reason", q->reason);
	emit_text(&e, "node", q->node);
	emit_text(&e, "target", q->target);
	emit_text(&e, "fuzzer", q->fuzzer);
	emit_queued(&e, q);
	if (listing->with_spec && q->spec != NULL)
		emit_raw(&e, "spec", q->spec, strlen(q->spec));
	emit_end(&e);
	buf_add_char(&line, '\n');
	out_add(line.data, line.len);
	buf_release(&line);
	return 0;
}

int
job_list(const struct options *o)
{
	struct queue_filter filter = {o->state, o->target, o->node};
	struct listing listing = {false, 0};
	int status = 0;
	struct db *db = store_open(o, DB_READ, &status);

	if (db != NULL && queue_list(db, &filter, print_entry, &listing) < 0)
		status = store_fail(db);
	db_close(db);
	return status;
}

int
job_show(const struct options *o)
{
	struct listing listing = {true, 0};
	int status = 0;
	struct db *db = store_open(o, DB_READ, &status);
	char *const *job = o->operands;

	for (; db != NULL && *job != NULL; job++) {
		uint64_t before = listing.count;

		if (queue_show(db, *job, print_entry, &listing) < 0) {
			status = store_fail(db);
			break;
		}
		if (listing.count == before) {
			msg_warnx("there is no job %s", msg_quote(*job));
			status = 1;
		}
	}
	db_close(db);
	return status;
}
