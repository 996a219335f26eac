/* Reading with a clock, a bound and an eye on signals. */
#include "intake.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "clock.h"
#include "drop.h"
#include "event.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "reject.h"
#include "scan.h"
#include "source.h"
#include "stage.h"
#include "totals.h"
#include "writer.h"

#define CHUNK 65536
/* How often a full spool or disk is looked at again. */
#define ROOM_POLL_MS 200
/* How long the rest of a line may take after a signal. */
#define UNFINISHED_MS 100
/* How often it is looked whether the rest of a line has come, and for how long
 * its beginning is left where it came from. */
#define REST_POLL_MS 10
#define REST_MS 200

struct intake {
	struct spool *spool;
	const struct intake_limits *limits;
	struct source source;
	struct writer writer;
	struct scan scan;
	struct room room;
	struct drop drop;
	struct totals totals;
	struct buf input; /* read and not yet a whole line */
	bool skipping;    /* inside a line that is too long */
	int64_t waits_ms; /* so far, for the rest of a line */
	uint64_t line_number;
	struct buf rejects; /* not yet written */
	int rejected_fd;    /* -1 until the first */
	int signals, notify;
	int status;
};

static bool
is_signalled(const struct intake *in, int timeout_ms)
{
	struct pollfd p = {.fd = in->signals, .events = POLLIN};

	return poll(&p, 1, timeout_ms) > 0;
}

/*
 * Our own file in rejected/, locked, so that --retry-rejected lets it be. Who
 * does that may have come between the two calls and have taken it away.
 */
static int
open_rejects(const struct spool *s)
{
	char name[BATCH_RUN + sizeof ".jsonl"];
	struct stat st;
	int fd;

	snprintf(name, sizeof name, "%s.jsonl", s->run);
	for (;;) {
		fd = openat(s->rejected, name,
		    O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
		    0600);
		if (fd < 0 ||
		    (flock(fd, LOCK_EX) == 0 && fstat(fd, &st) == 0 &&
			st.st_nlink > 0))
			return fd;
		close(fd);
	}
}

static int
append_rejects(struct intake *in)
{
	if (in->rejects.len == 0)
		return 0;
	if (in->rejected_fd < 0)
		in->rejected_fd = open_rejects(in->spool);
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
	in->totals.rejected_lines++;
	if (in->rejects.len >= CHUNK)
		keep_rejects(in);
	free(from);
}

/* Enough more not to begin again with the next line. */
static uint64_t
with_margin(const struct intake *in, uint64_t bytes)
{
	return bytes + in->limits->room.bytes / 16;
}

/* Tells what went; false when nothing did. */
static bool
make_room(struct intake *in, uint64_t bytes)
{
	uint64_t lines = in->drop.lines, batches = in->drop.batches;

	if (!in->limits->room.drop_oldest)
		return false;
	drop_stats(&in->drop, in->spool, with_margin(in, bytes));
	lines = in->drop.lines - lines;
	batches = in->drop.batches - batches;
	if (lines == 0)
		return false;
	msg_warnx("the spool is full: %" PRIu64 " stats lines of %" PRIu64
		  " batches were dropped, the oldest",
	    lines, batches);
	in->totals.dropped_lines += lines;
	in->status = exit_worse(in->status, 1);
	return true;
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
		if (full && make_room(in, in->writer.payload.len))
			continue;
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
	room_add(&in->room, BATCH_HEADER + bytes);
	keep_rejects(in);
	/* A full pipe has woken the other side already. */
	if (in->notify >= 0)
		(void)!write(in->notify, "s", 1);
	return true;
}

static bool
take_line(struct intake *in, const char *line, size_t len)
{
	struct event_places at;
	const char *why;

	if (!event_scan(&in->scan, line, len, &at, &why)) {
		reject(in, why, line, len);
		return true;
	}
	writer_add(&in->writer, line, len);
	if (scan_text_is(&in->scan, at.type, "crash") ||
	    in->writer.lines >= in->limits->batch_lines ||
	    in->writer.payload.len >= in->limits->batch_bytes)
		return seal(in);
	return true;
}

static bool
fail_to_read(struct intake *in)
{
	msg_warn("read standard input");
	in->status = exit_worse(in->status, EX_IOERR);
	return false;
}

/* All lines of what was read are in files: it need not stay where it is. */
static bool
settle(struct intake *in)
{
	keep_rejects(in);
	return source_settle(&in->source, in->input.len) == 0 ||
	    fail_to_read(in);
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
	return go && insist(in, writer_flush) && settle(in);
}

/* How much is too much, with the reason told once. */
static uint64_t
excess(struct intake *in, bool *told)
{
	struct buf why = BUF_INIT;
	uint64_t bytes = room_excess(&in->room, in->writer.payload.len, &why);

	if (bytes > 0 && !*told && !in->limits->room.drop_oldest) {
		msg_warnx("the spool is full: %s; reading stops until there is "
			  "room",
		    why.data);
		*told = true;
	}
	buf_release(&why);
	return bytes;
}

/* Until the spool has room; false when a signal came first. */
static bool
await_room(struct intake *in)
{
	bool told = false, more = true;
	uint64_t bytes;

	if (room_excess(&in->room, in->writer.payload.len, NULL) == 0)
		return true;
	if (!seal(in))
		return false;
	for (;;) {
		room_count(&in->room);
		bytes = excess(in, &told);
		if (bytes == 0)
			return true;
		if (more && make_room(in, bytes))
			continue;
		if (more && in->limits->room.drop_oldest)
			msg_warnx("the spool is full and has no stats to drop; "
				  "reading stops until there is room");
		more = false;
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

/*
 * The beginning of a line lies where it came from, and poll tells of that and
 * not of what is new. When nothing comes for a while it is taken out.
 */
static int
await_rest(struct intake *in)
{
	if (in->waits_ms < REST_MS) {
		in->waits_ms += REST_POLL_MS;
		return is_signalled(in, REST_POLL_MS) ? -1 : 0;
	}
	in->waits_ms = 0;
	if (source_settle(&in->source, 0) == 0)
		return 0;
	fail_to_read(in);
	return -1;
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
	n = source_read(&in->source, &in->input, CHUNK);
	if (n > 0) {
		in->waits_ms = 0;
		return 1;
	}
	if (n < 0 && errno == EAGAIN)
		return in->source.handed > 0 ? await_rest(in) : 0;
	if (n < 0 && errno == EINTR)
		return 0;
	if (n < 0)
		fail_to_read(in);
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

	if (source_settle(&in->source, 0) < 0)
		return fail_to_read(in);
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
	    .scan = SCAN_INIT,
	    .rejected_fd = -1,
	    .signals = signals,
	    .notify = notify};

	buf_init(&in.input);
	buf_init(&in.rejects);
	source_init(&in.source, STDIN_FILENO);
	writer_init(&in.writer, s);
	if (room_init(&in.room, s, &limits->room) < 0)
		in.status = msg_exit_code(errno);
	run(&in);
	keep_rejects(&in);
	totals_add(s, &in.totals);
	writer_release(&in.writer);
	scan_release(&in.scan);
	source_release(&in.source);
	buf_release(&in.rejects);
	buf_release(&in.input);
	if (in.rejected_fd >= 0)
		close(in.rejected_fd);
	return in.status;
}
