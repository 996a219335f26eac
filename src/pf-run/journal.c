/* events.jsonl first, standard output second. */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "msg.h"
#include "stage.h"

/* A pipe that polls as writable takes this much without blocking. */
#define PIECE 4096
#define NAME "events.jsonl"

/* Where the last line begins, which has no end. */
static int64_t
start_of_last_line(int fd, int64_t size)
{
	char piece[PIECE];

	while (size > 0) {
		size_t n = size < PIECE ? (size_t)size : PIECE;
		const char *end;

		if (pread(fd, piece, n, size - (int64_t)n) != (ssize_t)n)
			return -1;
		end = memrchr(piece, '\n', n);
		if (end != NULL)
			return size - (int64_t)n + (end + 1 - piece);
		size -= (int64_t)n;
	}
	return 0;
}

/*
 * A run that was killed while it wrote, or whose disk was full, may have left
 * half a line: nobody can read it, so it is cut off. What was in it is told
 * again where it matters: a crash has no provenance file yet. A line that
 * lacks nothing but its end is given that.
 */
static int
mend(struct journal *j)
{
	int64_t start = start_of_last_line(j->fd, j->size);
	struct buf line = BUF_INIT;
	const char *why;
	json_t *event = NULL;
	int status = 0;

	if (start < 0)
		return -1;
	if (start == j->size)
		return 0;
	if (j->size - start <= EVENT_LINE_MAX_EMBEDDED &&
	    pread(j->fd, buf_reserve(&line, (size_t)(j->size - start)),
		(size_t)(j->size - start), start) == j->size - start)
		event = event_parse(line.data, (size_t)(j->size - start), &why);
	if (event != NULL)
		buf_add_char(&j->waiting, '\n');
	else if ((status = ftruncate(j->fd, start)) == 0)
		j->size = start;
	json_decref(event);
	buf_release(&line);
	return status;
}

static int
open_file(int job_fd)
{
	return openat(job_fd, NAME,
	    O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666);
}

int
journal_open(struct journal *j, int job_fd, uint64_t size_max, const char *job,
    const char *target, const char *fuzzer)
{
	struct stat st;

	*j = (struct journal){.node = event_node(),
	    .job_fd = job_fd,
	    .size_max = (int64_t)size_max,
	    .job = job,
	    .target = target,
	    .fuzzer = fuzzer,
	    .waiting = BUF_INIT};
	j->fd = open_file(job_fd);
	if (j->fd < 0 || fstat(j->fd, &st) < 0)
		return -1;
	j->size = st.st_size;
	if (mend(j) < 0)
		return -1;
	journal_retry(j);
	j->sent = j->size + (int64_t)j->waiting.len;
	return 0;
}

void
journal_retry(struct journal *j)
{
	while (j->waiting.len > 0) {
		ssize_t n = write(j->fd, j->waiting.data, j->waiting.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			if (!j->told_full)
				msg_warn("write events.jsonl, keeping lines "
					 "in memory");
			j->told_full = true;
			return;
		}
		j->size += n;
		buf_consume(&j->waiting, (size_t)n);
	}
	j->told_full = false;
}

void
journal_rotate(struct journal *j)
{
	char aside[sizeof NAME + 16];
	int fd;

	if (j->size < j->size_max || journal_behind(j) ||
	    (j->out_error == 0 && j->sent < j->size))
		return;
	do
		snprintf(aside, sizeof aside, NAME ".%u", ++j->set_aside);
	while (faccessat(j->job_fd, aside, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
	if (journal_sync(j) < 0 ||
	    stage_rename(j->job_fd, NAME, j->job_fd, aside) < 0)
		return;
	fd = open_file(j->job_fd);
	if (fd < 0) {
		/* The old one goes on under its old name, if it gets it. */
		stage_rename(j->job_fd, aside, j->job_fd, NAME);
		return;
	}
	close(j->fd);
	j->fd = fd;
	j->size = j->sent = 0;
}

int
journal_sync(const struct journal *j)
{
	return fdatasync(j->fd);
}

void
journal_tell(struct journal *j, const char *type, int64_t time_ms,
    const char *fact, const struct buf *data)
{
	struct event_head head = {.type = type,
	    .node = j->node,
	    .job = j->job,
	    .target = j->target,
	    .fuzzer = j->fuzzer,
	    .time_ms = time_ms};

	event_write(&j->waiting, &head, fact, data);
	journal_retry(j);
}

bool
journal_behind(const struct journal *j)
{
	return j->waiting.len > 0;
}

bool
journal_wants_out(const struct journal *j)
{
	return j->out_error == 0 && j->sent < j->size + (int64_t)j->waiting.len;
}

/* Lines that a full disk refuses are read from memory, not kept back. */
void
journal_pump(struct journal *j)
{
	char piece[PIECE];
	const char *bytes = piece, *end;
	ssize_t n;

	if (j->sent < j->size) {
		n = pread(j->fd, piece, sizeof piece, j->sent);
	} else {
		bytes = j->waiting.data + (j->sent - j->size);
		n = j->size + (int64_t)j->waiting.len - j->sent;
		n = n < PIECE ? n : PIECE;
	}
	if (n <= 0)
		return;
	/* Whole lines, at once, where they fit: others may share the pipe. */
	end = memrchr(bytes, '\n', (size_t)n);
	if (end != NULL)
		n = end + 1 - bytes;
	n = write(STDOUT_FILENO, bytes, (size_t)n);
	if (n > 0) {
		j->sent += n;
	} else if (n < 0 && errno != EINTR && errno != EAGAIN) {
		j->out_error = errno;
		msg_warn("write standard output, going on with "
			 "events.jsonl alone");
	}
}

/* A reader that never reads must not keep us from ending when we are asked. */
static void
drain(struct journal *j, int patience_ms)
{
	struct pollfd p[2] = {
	    {.fd = STDOUT_FILENO, .events = POLLOUT}, {.events = POLLIN}};
	sigset_t set, before;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &before);
	p[1].fd = signalfd(-1, &set, SFD_CLOEXEC);
	while (journal_wants_out(j)) {
		int ready = poll(p, 2, patience_ms);

		if (ready < 0)
			continue;
		if (ready == 0 || p[1].revents != 0) {
			msg_warnx("stopped before standard output had taken "
				  "all events: the rest is in events.jsonl");
			j->out_error = EAGAIN;
		} else {
			journal_pump(j);
		}
	}
	if (p[1].fd >= 0)
		close(p[1].fd);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void
journal_close(struct journal *j, int patience_ms)
{
	journal_retry(j);
	drain(j, patience_ms);
	if (close(STDOUT_FILENO) < 0 && j->out_error == 0 && j->sent > 0)
		j->out_error = errno;
	close(j->fd);
	if (j->waiting.len > 0)
		msg_warnx("%zu bytes of events could not be written to "
			  "events.jsonl",
		    j->waiting.len);
	/* `waiting` stays: journal_status asks for it. */
}

int
journal_status(const struct journal *j)
{
	if (j->waiting.len > 0)
		return EX_TEMPFAIL;
	return j->out_error == 0 ? 0 : msg_exit_code(j->out_error);
}
