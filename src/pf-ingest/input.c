/*
 * Reading and committing. A batch is full by count or by bytes; when the
 * input pauses it is committed as it is, so that the end of a pipe that stays
 * open for days is in the store a second later.
 */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include "event.h"
#include "line.h"
#include "msg.h"
#include "out.h"

/* Bounds memory where inputs are embedded. */
#define BATCH_BYTES_MAX (4 * 1024 * 1024)

struct input {
	struct ingest *in;
	struct db *db;
	const struct input_limits *limits;
	int fd;
	int status;
	bool failed; /* the store does not take more */
};

static volatile sig_atomic_t stopped;

static void
on_signal(int signal)
{
	(void)signal;
	stopped = 1;
}

void
input_catch_signals(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_handler = on_signal;
	action.sa_flags = SA_RESTART;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

/*
 * For line_reader: waits for input. The signals are let in only inside ppoll,
 * so that none slips in between the question and the sleep.
 */
static int
wait_for_input(void *context)
{
	struct input *input = context;
	struct timespec timeout = {input->limits->linger_ms / 1000,
	    input->limits->linger_ms % 1000 * 1000000};
	struct pollfd poll_fd = {input->fd, POLLIN, 0};
	sigset_t ours, before;
	int ready = 0;

	sigemptyset(&ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigprocmask(SIG_BLOCK, &ours, &before);
	if (!stopped)
		ready = ppoll(&poll_fd, 1,
		    ingest_pending(input->in) > 0 ? &timeout : NULL, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (ready < 0 && errno == EINTR)
		return 0;
	return ready < 0 ? -1 : ready > 0;
}

static void
commit(struct input *input)
{
	if (input->failed || ingest_commit(input->in) == 0)
		return;
	input->failed = true;
	input->status =
	    exit_worse(input->status, db_exit_code(db_error(input->db)->fault));
	msg_warnx("%s", db_error(input->db)->text);
	msg_warnx(
	    "%zu lines were read and not stored", ingest_pending(input->in));
}

static void
take_line(struct input *input, const char *source,
    const struct line_reader *reader, const char *line, size_t len)
{
	ingest_line(input->in, source, reader->number, line, len);
	/* A very long line is the reader's own until the next one. */
	if (ingest_pending(input->in) >= input->limits->batch ||
	    ingest_pending_bytes(input->in) >= BATCH_BYTES_MAX ||
	    len > EVENT_LINE_MAX)
		commit(input);
}

static void
read_lines(struct input *input, const char *source)
{
	struct ingest_refused too_long = {source, 0, NULL, 0, "too long"};
	enum line_status got = LINE_OK;
	struct line_reader reader;
	char *line;
	size_t len;

	line_init(&reader, input->fd, '\n', EVENT_LINE_MAX_EMBEDDED);
	reader.wait = wait_for_input;
	reader.context = input;
	while (!input->failed && !(stopped && got == LINE_PAUSED)) {
		got = line_next(&reader, &line, &len);
		if (got == LINE_OK)
			take_line(input, source, &reader, line, len);
		else if (got == LINE_PAUSED)
			commit(input);
		else if (got == LINE_TOO_LONG) {
			too_long.number = reader.number;
			ingest_refuse(input->in, &too_long);
		} else
			break;
	}
	if (got == LINE_ERROR) {
		msg_warn("read %s", source);
		input->status = exit_worse(input->status, msg_exit_code(errno));
	}
	line_release(&reader);
}

static void
read_file(struct input *input, const char *path, const char *source)
{
	input->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (input->fd < 0) {
		msg_warn("open %s", source);
		input->status = exit_worse(input->status, msg_exit_code(errno));
		return;
	}
	read_lines(input, source);
	close(input->fd);
}

int
input_files(struct ingest *in, struct db *db, const struct input_limits *limits,
    char *const files[])
{
	struct input input = {in, db, limits, STDIN_FILENO, 0, false};
	struct buf source = BUF_INIT;

	if (*files == NULL)
		read_lines(&input, "standard input");
	for (; *files != NULL && !stopped && !input.failed; files++) {
		buf_clear(&source);
		buf_add_str(&source, msg_quote(*files));
		read_file(&input, *files, source.data);
		/* `source` is lent to what is pending. */
		commit(&input);
	}
	commit(&input);
	buf_release(&source);
	return input.status;
}
