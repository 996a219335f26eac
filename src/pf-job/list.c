/* How jobs stand, as JSON lines. */
#include "libstore/queue_emit.h"
#include "msg.h"
#include "out.h"
#include "store.h"

/* Counts in `context`. */
static int
print_entry(void *context, const struct queue_entry *q)
{
	uint64_t *count = context;
	struct buf line = BUF_INIT;
	struct emit e;

	++*count;
	emit_begin(&e, &line);
	emit_object(&e, NULL);
	queue_emit_entry(&e, q);
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
	uint64_t count = 0;
	int status = 0;
	struct db *db = store_open(o, DB_READ, &status);

	if (db != NULL && queue_list(db, &filter, print_entry, &count) < 0)
		status = store_fail(db);
	db_close(db);
	return status;
}

int
job_show(const struct options *o)
{
	uint64_t count = 0;
	int status = 0;
	struct db *db = store_open(o, DB_READ, &status);
	char *const *job = o->operands;

	for (; db != NULL && *job != NULL; job++) {
		uint64_t before = count;

		if (queue_show(db, *job, print_entry, &count) < 0) {
			status = store_fail(db);
			break;
		}
		if (count == before) {
			msg_warnx("there is no job %s", msg_quote(*job));
			status = 1;
		}
	}
	db_close(db);
	return status;
}
