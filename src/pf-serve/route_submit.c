/* Jobs into the queue: the lines of a body, or one object. */
#include <string.h>

#include "emit.h"
#include "libstore/jobline.h"
#include "param.h"
#include "route.h"

/* Jobs that become one transaction, and how often that is begun anew when
 * another writer was faster. */
#define BATCH 500
#define TRIES 10
#define MAX_ATTEMPTS 3
/* Rejected lines that are told one by one; beyond them only how many. */
#define REJECTED_MAX 1000

struct waiting {
	struct queue_job job;
	int64_t line;
};

struct submit {
	struct db *db;
	int64_t now;
	struct scan scan;
	struct arena arena;
	struct waiting waiting[BATCH];
	size_t count;
	int64_t lines, queued, there, rejected;
	struct buf told; /* of the rejected: the elements of an array */
	struct emit e;
	bool failed; /* the store did */
};

static void
reject(struct submit *s, int64_t line, const char *why)
{
	if (s->rejected++ >= REJECTED_MAX)
		return;
	emit_object(&s->e, NULL);
	emit_i64(&s->e, "line", line);
	emit_string(&s->e, "reason", why);
	emit_end(&s->e);
}

/* All that waits; `answers` says what became of each. */
static int
write_all(struct submit *s, enum queue_answer answers[])
{
	size_t i;

	if (db_begin(s->db) < 0)
		return -1;
	for (i = 0; i < s->count; i++) {
		answers[i] = queue_submit(s->db, &s->waiting[i].job, s->now);
		if (answers[i] == QUEUE_FAILED)
			return -1;
	}
	return db_commit(s->db);
}

static bool
write_at_last(struct submit *s, enum queue_answer answers[])
{
	int tries = 0;

	while (write_all(s, answers) < 0) {
		db_rollback(s->db);
		if (db_error(s->db)->fault != DB_FAULT_AGAIN ||
		    ++tries == TRIES)
			return false;
	}
	return true;
}

static void
flush(struct submit *s)
{
	enum queue_answer answers[BATCH] = {QUEUE_DONE};
	size_t i;

	if (s->count > 0)
		s->failed = !write_at_last(s, answers);
	for (i = 0; i < s->count && !s->failed; i++) {
		s->queued += answers[i] == QUEUE_DONE;
		s->there += answers[i] == QUEUE_THERE;
		if (answers[i] == QUEUE_OTHER)
			reject(s, s->waiting[i].line,
			    "another job of its name is not at its end");
	}
	s->count = 0;
	arena_clear(&s->arena);
}

static void
take_line(struct submit *s, const char *line, size_t len)
{
	struct waiting *w = &s->waiting[s->count];
	const char *why;

	s->lines++;
	w->line = s->lines;
	w->job = (struct queue_job){.max_attempts = MAX_ATTEMPTS};
	why = len > JOBLINE_MAX
	    ? "too long"
	    : jobline_read(&w->job, &s->scan, &s->arena, line, len);
	if (why != NULL)
		reject(s, s->lines, why);
	else
		s->count++;
	if (s->count == BATCH)
		flush(s);
}

static void
take_lines(struct submit *s, const char *at, const char *end)
{
	const char *newline;

	for (; at < end && !s->failed; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (newline == NULL)
			newline = end;
		take_line(s, at, (size_t)(newline - at));
	}
}

/* One object, which may be laid out in lines, as the line that it is. */
static bool
take_object(struct submit *s, const struct request *r)
{
	struct buf line = BUF_INIT;
	const char *why;
	size_t i;

	s->scan.count_max = 0;
	if (r->body.len > JOBLINE_MAX ||
	    !scan_read(&s->scan, r->body.data, r->body.len, 24, &why))
		return false;
	buf_add(&line, r->body.data, r->body.len);
	/* Inside a text they would have been refused. */
	for (i = 0; i < line.len; i++)
		if (line.data[i] == '\n' || line.data[i] == '\r')
			line.data[i] = ' ';
	while (line.len > 0 && line.data[line.len - 1] == ' ')
		buf_truncate(&line, line.len - 1);
	take_line(s, line.data, line.len);
	buf_release(&line);
	return true;
}

static void
tell(const struct submit *s, struct answer *a)
{
	struct emit e;
	bool none = s->queued == 0 && s->there == 0;

	a->status = s->queued > 0 ? 201 : none ? 422 : 200;
	emit_begin(&e, &a->body);
	emit_object(&e, NULL);
	if (none)
		emit_string(&e, "error", "no job was queued");
	emit_i64(&e, "queued", s->queued);
	emit_i64(&e, "there", s->there);
	emit_i64(&e, "rejected_count", s->rejected);
	emit_raw(&e, "rejected", s->told.data, s->told.len);
	emit_end(&e);
}

static void
submit(struct submit *s, const struct request *r, struct answer *a)
{
	emit_begin(&s->e, &s->told);
	emit_array(&s->e, NULL);
	if (!take_object(s, r))
		take_lines(s, r->body.data, r->body.data + r->body.len);
	if (!s->failed)
		flush(s);
	emit_end(&s->e);
	if (s->failed)
		route_failed(s->db, a);
	else if (s->lines == 0)
		answer_error(a, 400, "there is no job in the body");
	else
		tell(s, a);
}

void
route_jobs_submit(struct db *db, const struct request *r, struct answer *a)
{
	static const char *const names[] = {NULL};
	struct submit s = {
	    .db = db,
	    .now = r->now,
	    .scan = SCAN_INIT,
	    .arena = ARENA_INIT,
	    .told = BUF_INIT,
	};

	if (param_known(r, a, names))
		submit(&s, r, a);
	buf_release(&s.told);
	scan_release(&s.scan);
	arena_release(&s.arena);
}
