/* The verbs of a worker: claim, renew, finish, fail; and cancel and sweep. */
#include "clock.h"
#include "event.h"
#include "libstore/queue_emit.h"
#include "msg.h"
#include "opt.h"
#include "out.h"
#include "store.h"

static void
print(struct buf *line)
{
	buf_add_char(line, '\n');
	out_add(line->data, line->len);
	buf_release(line);
}

/* A JSON array of names as event lines have them. */
static char *
list_of(const struct strvec *names)
{
	struct buf list = BUF_INIT;
	struct emit e;
	size_t i;

	emit_begin(&e, &list);
	emit_array(&e, NULL);
	for (i = 0; i < names->count; i++)
		emit_bytes_str(&e, NULL, names->item[i]);
	emit_end(&e);
	return buf_take(&list);
}

static void
print_lease(const struct queue_lease *lease)
{
	struct buf line = BUF_INIT;
	struct emit e;

	emit_begin(&e, &line);
	emit_object(&e, NULL);
	queue_emit_lease(&e, lease);
	emit_end(&e);
	print(&line);
}

/* No job free is an answer. */
static int
claim(struct db *db, const struct options *o)
{
	char *capabilities =
	    o->capabilities.count == 0 ? NULL : list_of(&o->capabilities);
	char *tiers = list_of(&o->tiers);
	struct buf node = BUF_INIT;
	struct queue_lease lease;
	const char *name = o->node != NULL ? o->node : event_node();
	int status = 0;

	emit_encode(&node, name, strlen(name));
	switch (queue_claim(db,
	    &(struct queue_claim){.node = node.data,
		.capabilities = capabilities,
		.tiers = tiers,
		.now = clock_now(),
		.lease_ms = o->lease_ms},
	    &lease)) {
	case QUEUE_DONE:
		print_lease(&lease);
		break;
	case QUEUE_NONE:
		status = 1;
		break;
	default:
		status = store_fail(db);
	}
	queue_lease_release(&lease);
	buf_release(&node);
	free(capabilities);
	free(tiers);
	return status;
}

int
job_claim(const struct options *o)
{
	int status = 0;
	struct db *db = store_open(o, DB_WRITE, &status);

	if (db != NULL)
		status = claim(db, o);
	db_close(db);
	return status;
}

/* {"job":…,"answer":…}, for a worker that reads no sentences. */
static void
print_answer(const char *job, const char *answer, int64_t until)
{
	struct buf line = BUF_INIT;
	struct emit e;

	emit_begin(&e, &line);
	emit_object(&e, NULL);
	emit_bytes_str(&e, "job", job);
	emit_string(&e, "answer", answer);
	if (until > 0)
		emit_time(&e, "lease_until", until);
	emit_end(&e);
	print(&line);
}

static int
tell(struct db *db, const char *job, enum queue_answer answer, int64_t until)
{
	switch (answer) {
	case QUEUE_DONE:
		print_answer(job, "done", until);
		return 0;
	case QUEUE_CANCELLED:
		print_answer(job, "cancelled", 0);
		return 1;
	case QUEUE_LOST:
		print_answer(job, "lost", 0);
		return 1;
	case QUEUE_NONE:
		print_answer(job, "unknown", 0);
		return 1;
	default:
		return store_fail(db);
	}
}

/* Runs one of the verbs of a holder on the one operand. */
static int
with_job(const struct options *o,
    enum queue_answer (*verb)(struct db *, const struct options *, int64_t now),
    bool leased)
{
	int64_t now = clock_now();
	int status = 0;
	struct db *db = store_open(o, DB_WRITE, &status);

	if (db != NULL)
		status = tell(db, o->operands[0], verb(db, o, now),
		    leased ? now + o->lease_ms : 0);
	db_close(db);
	return status;
}

static enum queue_answer
renew(struct db *db, const struct options *o, int64_t now)
{
	return queue_renew(
	    db, o->operands[0], o->epoch, now, now + o->lease_ms);
}

int
job_renew(const struct options *o)
{
	return with_job(o, renew, true);
}

static enum queue_answer
finish(struct db *db, const struct options *o, int64_t now)
{
	return queue_finish(db, o->operands[0], o->epoch, now,
	    o->state == NULL ? "finished" : o->state, o->reason);
}

int
job_finish(const struct options *o)
{
	if (o->state != NULL && strcmp(o->state, "finished") != 0 &&
	    strcmp(o->state, "failed") != 0 &&
	    strcmp(o->state, "timed_out") != 0)
		opt_usage("usage: pf-job finish [-s STATE] -e EPOCH JOB\n",
		    "finish: --state is finished, failed or timed_out");
	return with_job(o, finish, false);
}

static enum queue_answer
fail(struct db *db, const struct options *o, int64_t now)
{
	return queue_fail(db, o->operands[0], o->epoch, now, o->reason);
}

int
job_fail(const struct options *o)
{
	return with_job(o, fail, false);
}

int
job_cancel(const struct options *o)
{
	int status = 0;
	struct db *db = store_open(o, DB_WRITE, &status);
	char *const *job = o->operands;

	for (; db != NULL && *job != NULL; job++)
		status = exit_worse(status,
		    tell(db, *job,
			queue_cancel(db, *job, clock_now(), o->reason), 0));
	db_close(db);
	return status;
}

int
job_sweep(const struct options *o)
{
	struct buf line = BUF_INIT;
	int status = 0;
	struct db *db = store_open(o, DB_WRITE, &status);
	int64_t taken;

	if (db == NULL)
		return status;
	taken = queue_sweep(db, clock_now());
	if (taken < 0) {
		status = store_fail(db);
	} else {
		buf_addf(&line, "{\"taken_back\":%lld}", (long long)taken);
		print(&line);
	}
	db_close(db);
	return status;
}
