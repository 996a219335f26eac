/* Job lines into the queue, some hundreds in a transaction. */
#include <errno.h>
#include <fcntl.h>

#include "clock.h"
#include "emit.h"
#include "libstore/jobline.h"
#include "line.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "store.h"

#define BATCH 500
#define BATCH_BYTES (8 * 1024 * 1024)

struct waiting {
	struct queue_job job;
	unsigned long long number;
};

struct submit {
	struct db *db;
	int64_t wait_ms, max_attempts;
	const char *source; /* of the lines that wait */
	struct scan scan;
	struct arena arena;
	struct waiting waiting[BATCH];
	size_t count;
	uint64_t queued, there, rejected;
	int status;
};

static void
refuse(struct submit *s, unsigned long long number, const char *why)
{
	msg_warnx("%s line %llu: %s", s->source, number, why);
	s->rejected++;
}

/* All that waits; `answers` says what became of each. */
static int
write_all(struct submit *s, enum queue_answer answers[])
{
	int64_t now = clock_now();
	size_t i;

	if (db_begin(s->db) < 0)
		return -1;
	for (i = 0; i < s->count; i++) {
		answers[i] = queue_submit(s->db, &s->waiting[i].job, now);
		if (answers[i] == QUEUE_FAILED)
			return -1;
	}
	return db_commit(s->db);
}

static bool
can_go_on(struct submit *s, int64_t until)
{
	const struct timespec pause = {0, 1000000};
	enum db_fault fault = db_error(s->db)->fault;

	if (clock_monotonic() >= until)
		return false;
	nanosleep(&pause, NULL);
	return fault == DB_FAULT_AGAIN ||
	    (fault == DB_FAULT_LOST && db_reopen(s->db) == 0);
}

static void
count_answers(struct submit *s, const enum queue_answer answers[])
{
	size_t i;

	for (i = 0; i < s->count; i++)
		switch (answers[i]) {
		case QUEUE_DONE:
			s->queued++;
			break;
		case QUEUE_THERE:
			s->there++;
			break;
		default:
			refuse(s, s->waiting[i].number,
			    "another job of its name is not at its end");
		}
}

static void
flush(struct submit *s)
{
	int64_t until = clock_monotonic() + s->wait_ms;
	enum queue_answer answers[BATCH];
	bool done = s->count == 0;

	while (!done && s->status == 0) {
		done = write_all(s, answers) == 0;
		if (done)
			break;
		db_rollback(s->db);
		if (!can_go_on(s, until))
			s->status = store_fail(s->db);
	}
	if (done)
		count_answers(s, answers);
	s->count = 0;
	arena_clear(&s->arena);
}

static void
take_line(struct submit *s, const struct line_reader *reader, const char *line,
    size_t len)
{
	struct waiting *w = &s->waiting[s->count];
	const char *why;

	w->job.max_attempts = s->max_attempts;
	why = jobline_read(&w->job, &s->scan, &s->arena, line, len);
	if (why != NULL) {
		refuse(s, reader->number, why);
		return;
	}
	w->number = reader->number;
	s->count++;
	if (s->count == BATCH || s->arena.bytes > BATCH_BYTES)
		flush(s);
}

static void
submit_fd(struct submit *s, int fd, const char *source)
{
	struct line_reader reader;
	enum line_status got;
	char *line;
	size_t len;

	s->source = source;
	line_init(&reader, fd, '\n', JOBLINE_MAX);
	while (s->status == 0 &&
	    (got = line_next(&reader, &line, &len)) != LINE_END) {
		if (got == LINE_OK)
			take_line(s, &reader, line, len);
		else if (got == LINE_TOO_LONG)
			refuse(s, reader.number, "too long");
		else {
			msg_warn("read %s", source);
			s->status = msg_exit_code(errno);
		}
	}
	flush(s);
	line_release(&reader);
}

static int
submit_file(struct submit *s, const char *path)
{
	struct buf source = BUF_INIT;
	int fd = open(path, O_RDONLY | O_CLOEXEC), status = 0;

	buf_add_str(&source, msg_quote(path));
	if (fd < 0) {
		msg_warn("open %s", source.data);
		status = msg_exit_code(errno);
	} else {
		submit_fd(s, fd, source.data);
		close(fd);
	}
	buf_release(&source);
	return status;
}

static void
print_summary(const struct submit *s)
{
	struct buf line = BUF_INIT;
	struct emit e;

	emit_begin(&e, &line);
	emit_object(&e, NULL);
	emit_u64(&e, "in", s->queued + s->there + s->rejected);
	emit_u64(&e, "queued", s->queued);
	emit_u64(&e, "duplicate", s->there);
	emit_u64(&e, "rejected", s->rejected);
	emit_end(&e);
	buf_add_char(&line, '\n');
	out_add(line.data, line.len);
	buf_release(&line);
}

int
job_submit(const struct options *o)
{
	struct submit *s = mem_calloc(1, sizeof *s);
	char *const *file = o->operands;
	int status = 0;

	s->scan = (struct scan)SCAN_INIT;
	s->wait_ms = o->wait_ms;
	s->max_attempts = o->max_attempts;
	s->db = store_open(o, DB_CREATE, &status);
	if (s->db != NULL) {
		if (*file == NULL)
			submit_fd(s, STDIN_FILENO, "standard input");
		for (; *file != NULL && s->status == 0; file++)
			status = exit_worse(status, submit_file(s, *file));
		print_summary(s);
		status = exit_worse(status, s->status);
		if (s->rejected > 0)
			status = exit_worse(status, 1);
	}
	db_close(s->db);
	scan_release(&s->scan);
	arena_release(&s->arena);
	free(s);
	return status;
}
