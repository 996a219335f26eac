/* events.jsonl first, standard output second. */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "msg.h"

/* A pipe that polls as writable takes this much without blocking. */
#define PIECE 4096

int
journal_open(struct journal *j, int job_fd, const char *job, const char *target,
    const char *fuzzer)
{
	struct stat st;
	char last = '\n';

	*j = (struct journal){.node = event_node(),
	    .job = job,
	    .target = target,
	    .fuzzer = fuzzer,
	    .waiting = BUF_INIT};
	j->fd = openat(job_fd, "events.jsonl",
	    O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (j->fd < 0 || fstat(j->fd, &st) < 0)
		return -1;
	j->size = st.st_size;
	if (j->size > 0 && pread(j->fd, &last, 1, j->size - 1) == 1 &&
	    last != '\n')
		buf_add_char(&j->waiting, '\n');
	journal_retry(j);
	j->sent = j->size;
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
journal_wants_out(const struct journal *j)
{
	return j->out_error == 0 && j->sent < j->size;
}

void
journal_pump(struct journal *j)
{
	char piece[PIECE];
	ssize_t n = pread(j->fd, piece, sizeof piece, j->sent);

	if (n <= 0)
		return;
	n = write(STDOUT_FILENO, piece, (size_t)n);
	if (n > 0) {
		j->sent += n;
	} else if (n < 0 && errno != EINTR && errno != EAGAIN) {
		j->out_error = errno;
		msg_warn("write standard output, going on with "
			 "events.jsonl alone");
	}
}

void
journal_close(struct journal *j)
{
	struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};

	journal_retry(j);
	while (journal_wants_out(j))
		if (poll(&p, 1, -1) > 0)
			journal_pump(j);
	if (close(STDOUT_FILENO) < 0 && j->out_error == 0 && j->sent > 0)
		j->out_error = errno;
	close(j->fd);
	if (j->waiting.len > 0)
		msg_warnx(
		    "%zu bytes of events could not be written", j->waiting.len);
	/* `waiting` stays: journal_status asks for it. */
}

int
journal_status(const struct journal *j)
{
	if (j->waiting.len > 0)
		return EX_TEMPFAIL;
	return j->out_error == 0 ? 0 : msg_exit_code(j->out_error);
}
