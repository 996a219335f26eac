/* POST /api/v1/system/maintenance: {"do":["purge","vacuum",…]}. */
#include "maintenance.h"

#include <sys/stat.h>
#include <time.h>

#include "clock.h"
#include "emit.h"
#include "libstore/maintain.h"
#include "libstore/rollup.h"
#include "mem.h"
#include "msg.h"
#include "route.h"
#include "scan.h"

#define HOUR_MS 3600000

static struct maintenance_options options;

void
maintenance_set(const struct maintenance_options *o)
{
	options = *o;
}

static int
purge_step(
    struct db *db, int64_t step, int64_t after_ms, struct rollup_done *done)
{
	size_t i;

	for (i = 0; after_ms >= 0 && rollup_types[i] != NULL; i++)
		if (rollup_run(db,
			&(struct rollup){rollup_types[i], step,
			    clock_now() - after_ms, false},
			done) < 0)
			return -1;
	return 0;
}

static int
do_purge(struct db *db, struct emit *e)
{
	struct rollup_done done = {0, 0};

	if (options.hours_after_ms < 0 && options.days_after_ms < 0)
		return db_fail(db, DB_FAULT_CONFIG,
		    "what is old is not said: --hours-after, --days-after");
	if (purge_step(db, HOUR_MS, options.hours_after_ms, &done) < 0 ||
	    purge_step(
		db, (int64_t)24 * HOUR_MS, options.days_after_ms, &done) < 0)
		return -1;
	emit_u64(e, "events", done.events);
	emit_u64(e, "left", done.left);
	return 0;
}

static int
do_vacuum(struct db *db, struct emit *e)
{
	int64_t freed;

	if (maintain_vacuum(db, &freed) < 0)
		return -1;
	emit_i64(e, "freed_bytes", freed);
	return 0;
}

static int
do_check(struct db *db, struct emit *e)
{
	struct buf problems = BUF_INIT;
	int count = maintain_check(db, &problems);
	char *at = problems.data;

	if (count >= 0) {
		emit_u64(e, "problems_total", (uint64_t)count);
		emit_array(e, "problems");
		while (*at != '\0') {
			size_t len = strcspn(at, "\n");

			emit_bytes(e, NULL, at, len);
			at += len + (at[len] == '\n');
		}
		emit_end(e);
	}
	buf_release(&problems);
	if (count > 0)
		db_fail(db, DB_FAULT_FOREIGN, "the store is damaged");
	return count == 0 ? 0 : -1;
}

static int
do_backup(struct db *db, struct emit *e)
{
	char stamp[CLOCK_TEXT], *path;
	struct stat st;
	int result;

	if (options.backups == NULL)
		return db_fail(db, DB_FAULT_CONFIG,
		    "there is no place for backups: --backups");
	clock_format(clock_now(), stamp);
	path = mem_printf("%s/pf-%s.db", options.backups, stamp);
	result = maintain_backup(db, path);
	if (result == 0) {
		emit_bytes_str(e, "path", path);
		if (stat(path, &st) == 0)
			emit_i64(e, "bytes", st.st_size);
	}
	free(path);
	return result;
}

static const struct {
	const char *name;
	int (*run)(struct db *db, struct emit *e);
} chores[] = {{"purge", do_purge}, {"vacuum", do_vacuum}, {"check", do_check},
    {"backup", do_backup}};

enum { CHORES = sizeof chores / sizeof chores[0] };

/* The set of what is asked for; 0 with the answer. */
static unsigned
read_chores(const struct request *r, struct answer *a)
{
	struct scan scan = SCAN_INIT;
	const char *why = NULL;
	unsigned set = 0;
	uint32_t list, i;
	size_t k;

	if (!scan_read(&scan, r->body.data, r->body.len, 4, &why))
		answer_error(a, 400, "the body is %s", why);
	else if ((list = scan_member(&scan, 0, "do")) == 0 ||
	    scan.value[list].type != SCAN_ARRAY ||
	    scan.value[list].count == 0 || scan.value[0].count != 1)
		answer_error(a, 400, "the body is {\"do\":[…]}");
	else
		for (i = list + 1; i < scan.value[list].next;
		     i = scan.value[i].next) {
			for (k = 0; k < CHORES; k++)
				if (scan_text_is(&scan, i, chores[k].name))
					break;
			if (k == CHORES) {
				answer_error(a, 400,
				    "what can be done is purge, vacuum, check "
				    "and backup");
				set = 0;
				break;
			}
			set |= 1U << k;
		}
	scan_release(&scan);
	return set;
}

/* In the order of the table, whatever the order in the request. */
static void
run(struct db *db, unsigned set, struct answer *a)
{
	struct emit e;
	size_t k;

	emit_begin(&e, &a->body);
	emit_object(&e, NULL);
	for (k = 0; k < CHORES; k++) {
		int64_t began = clock_monotonic();
		bool done;

		if ((set & 1U << k) == 0)
			continue;
		db_forget_error(db);
		emit_object(&e, chores[k].name);
		done = chores[k].run(db, &e) == 0;
		emit_bool(&e, "ok", done);
		if (!done) {
			msg_warnx("maintenance, %s: %s", chores[k].name,
			    db_error(db)->text);
			emit_bytes_str(&e, "error", db_error(db)->text);
			a->status = 500;
		}
		emit_real(&e, "duration_seconds",
		    (double)(clock_monotonic() - began) / 1000);
		emit_end(&e);
	}
	if (a->status != 200)
		emit_string(&e, "error", "not all of it could be done");
	emit_end(&e);
}

void
route_maintenance(struct db *none, const struct request *r, struct answer *a)
{
	unsigned set = read_chores(r, a);
	struct db_error error;
	struct db *db;

	(void)none;
	if (set == 0)
		return;
	db = db_open(options.db,
	    &(struct db_options){.mode = DB_WRITE, .wait_ms = options.wait_ms},
	    &error);
	if (db == NULL) {
		answer_error(a, 503, "%s", error.text);
		a->retry_after = 10;
		return;
	}
	run(db, set, a);
	db_close(db);
}
