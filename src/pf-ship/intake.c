/* Reading with a clock, a bound and an eye on signals. */
#include "intake.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <sysexits.h>

#include "clock.h"
#include "event.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "reject.h"
#include "stage.h"
#include "writer.h"

#define CHUNK 65536
/* How often a full spool or disk is looked at again. */
#define ROOM_POLL_MS 200
/* How long the rest of a line may take after a signal. */
#define UNFINISHED_MS 100

struct intake {
	struct spool *spool;
	const struct intake_limits *limits;
	struct writer writer;
	struct buf input; /* read and not yet a whole line */
	bool skipping;    /* inside a line that is too long */
	uint64_t line_number;
	struct buf rejects; /* not yet written */
	int rejected_fd;    /* -1 until the first */
	uint64_t spooled;   /* bytes of sealed batches, as last counted */
	int signals, notify;
	int status;
};

static bool
is_signalled(const struct intake *in, int timeout_ms)
{
	struct pollfd p = {.fd = in->signals, .events = POLLIN};

	return poll(&p, 1, timeout_ms) > 0;
}

static int
append_rejects(struct intake *in)
{
	char name[BATCH_RUN + sizeof ".jsonl"];

	if (in->rejects.len == 0)
		return 0;
	snprintf(name, sizeof name, "%s.jsonl", in->spool->run);
	if (in->rejected_fd < 0)
		in->rejected_fd = openat(in->spool->rejected, name,
		    O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (in->rejected_fd < 0 ||
	    stage_write_all(
		in->rejected_fd, in->rejects.data, in->rejects.len) < 0 ||
	    fsync(in->rejected_fd) < 0 || fsync(in->spool->rejected) < 0)
		return -1;
	buf_clear(&in->rejects);
	return 0;
}

/* The reason was told already; a full disk must not hold up the good lines. */
static void
keep_rejects(struct intake *in)
{
	if (append_rejects(in) == 0)
		return;
	msg_warn("write to rejected/: the rejected lines are not kept");
	in->status = exit_worse(in->status, msg_exit_code(errno));
	buf_clear(&in->rejects);
}

static void
reject(struct intake *in, const char *why, const char *line, size_t len)
{
	char *from =
	    mem_printf("standard input line %" PRIu64, in->line_number);

	msg_warnx("%s: %s", from, why);
	reject_write(&in->rejects, why, from, line, len);
	in->status = exit_worse(in->status, 1);
	if (in->rejects.len >= CHUNK)
		keep_rejects(in);
	free(from);
}

static void
count_spool(struct intake *in)
{
	if (spool_bytes(in->spool, &in->spooled) == 0)
		return;
	msg_warn("count the spool");
	in->status = exit_worse(in->status, msg_exit_code(errno));
}

/*
 * Calls `step` until it works, the disk is full no more, or a signal comes.
 * What neither worked nor waits for room ends the program: the second failure
 * of an I/O error is final.
 */
static bool
insist(struct intake *in, int (*step)(struct writer *))
{
	bool told = false, failed = false;

	while (step(&in->writer) < 0) {
		bool full = errno == ENOSPC || errno == EDQUOT;

		if (!told || !full)
			msg_warn("write to the spool%s",
			    full ? " (reading stops until there is room)" : "");
		told = true;
		if (full ? is_signalled(in, ROOM_POLL_MS) : failed) {
			int status = msg_exit_code(errno);

			msg_warnx("%" PRIu64 " lines are not safely spooled",
			    in->writer.lines);
			in->status =
			    exit_worse(in->status, full ? EX_TEMPFAIL : status);
			return false;
		}
		failed = failed || !full;
	}
	return true;
}

static bool
seal(struct intake *in)
{
	size_t bytes = in->writer.payload.len;

	if (in->writer.lines == 0)
		return true;
	if (!insist(in, writer_seal))
		return false;
	in->spooled += BATCH_HEADER + bytes;
	keep_rejects(in);
	/* A full pipe has woken the other side already. */
	if (in->notify >= 0)
		(void)!write(in->notify, "s", 1);
	return true;
}

static bool
take_line(struct intake *in, const char *line, size_t len)
{
	const char *why;
	json_t *event = event_parse(line, len, &why);
	bool urgent;

	if (event == NULL) {
		reject(in, why, line, len);
		return true;
	}
	urgent = strcmp(json_string_value(json_object_get(event, "type")),
		     "crash") == 0;
	json_decref(event);
	writer_add(&in->writer, line, len);
	if (urgent || in->writer.lines >= in->limits->batch_lines ||
	    in->writer.payload.len >= in->limits->batch_bytes)
		return seal(in);
	return true;
}

/* Whole lines out of what was read; `ended` makes the rest one, too. */
static bool
take_lines(struct intake *in, bool ended)
{
	char *at = in->input.data, *end = at + in->input.len;
	bool go = true;

	while (go && at < end) {
		char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((newline != NULL ? newline : end) - at);

		if (newline == NULL && !ended && len <= EVENT_LINE_MAX_EMBEDDED)
			break;
		if (!in->skipping)
			in->line_number++;
		if (!in->skipping && len > EVENT_LINE_MAX_EMBEDDED)
			reject(in, "longer than 16 MiB", NULL, 0);
		else if (!in->skipping)
			go = take_line(in, at, len);
		in->skipping = newline == NULL && !ended;
		at += len + (newline != NULL);
	}
	buf_consume(&in->input, (size_t)(at - in->input.data));
	return go && insist(in, writer_flush);
}

/* Until the spool has room; false when a signal came first. */
static bool
await_room(struct intake *in)
{
	bool told = false;

	if (in->spooled + in->writer.payload.len < in->limits->spool_bytes)
		return true;
	if (!seal(in))
		return false;
	for (;;) {
		count_spool(in);
		if (in->spooled < in->limits->spool_bytes)
			return true;
		if (!told)
			msg_warnx("the spool is full: %" PRIu64 " of %" PRIu64
				  " bytes; reading stops until there is room",
			    in->spooled, in->limits->spool_bytes);
		told = true;
		if (is_signalled(in, ROOM_POLL_MS))
			return false;
	}
}

/* How long reading may wait before the open batch is old enough. */
static int
patience(const struct intake *in)
{
	int64_t left;

	if (in->writer.lines == 0)
		return -1;
	left = in->writer.begun + in->limits->batch_age_ms - clock_monotonic();
	if (left < 0)
		return 0;
	return left > 3600 * 1000 ? 3600 * 1000 : (int)left;
}

/* 1 if something was read, 0 if nothing yet, -1 at the end of it all. */
static int
read_more(struct intake *in)
{
	struct pollfd p[] = {{.fd = in->signals, .events = POLLIN},
	    {.fd = STDIN_FILENO, .events = POLLIN}};
	ssize_t n;

	if (poll(p, 2, patience(in)) <= 0)
		return 0;
	if (p[0].revents != 0)
		return -1;
	n = read(STDIN_FILENO, buf_reserve(&in->input, CHUNK), CHUNK);
	if (n > 0) {
		buf_truncate(&in->input, in->input.len + (size_t)n);
		return 1;
	}
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0) {
		msg_warn("read standard input");
		in->status = exit_worse(in->status, EX_IOERR);
	}
	return -1;
}

/*
 * A signal may come while half a line is read. Its writer has passed it on and
 * would not say it again: what is there of the rest is read, and not a byte
 * more.
 */
static bool
finish_line(struct intake *in)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	char c = '\0';

	while (in->input.len > 0 && c != '\n' &&
	    in->input.len <= EVENT_LINE_MAX_EMBEDDED &&
	    poll(&p, 1, UNFINISHED_MS) > 0 && read(STDIN_FILENO, &c, 1) == 1)
		buf_add_char(&in->input, c);
	return take_lines(in, true);
}

static void
run(struct intake *in)
{
	int got = 0;

	while (got >= 0 && await_room(in)) {
		got = read_more(in);
		if (got > 0 && !take_lines(in, false))
			return;
		if (patience(in) == 0 && !seal(in))
			return;
	}
	if (finish_line(in))
		seal(in);
}

int
intake(struct spool *s, const struct intake_limits *limits, int signals,
    int notify)
{
	struct intake in = {.spool = s,
	    .limits = limits,
	    .rejected_fd = -1,
	    .signals = signals,
	    .notify = notify};

	buf_init(&in.input);
	buf_init(&in.rejects);
	writer_init(&in.writer, s);
	count_spool(&in);
	run(&in);
	keep_rejects(&in);
	writer_release(&in.writer);
	buf_release(&in.rejects);
	buf_release(&in.input);
	if (in.rejected_fd >= 0)
		close(in.rejected_fd);
	return in.status;
}
