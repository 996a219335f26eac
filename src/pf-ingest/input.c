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
#include <sysexits.h>

#include "event.h"
#include "line.h"
#include "msg.h"
#include "out.h"
#include "strvec.h"
#include "unpack.h"

/* Bounds memory where inputs are embedded. */
#define BATCH_BYTES_MAX (4 * 1024 * 1024)

struct input {
	struct ingest *in;
	struct db *db;
	const struct input_limits *limits;
	int (*committed)(void *context);
	void *context;
	int fd;
	struct unpack *unpack;
	struct strvec sources; /* lent to what is pending */
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
 * The signals are let in only inside ppoll, so that none slips in between the
 * question and the sleep.
 */
int
input_wait(int fd, int64_t limit_ms)
{
	struct timespec limit = {limit_ms / 1000, limit_ms % 1000 * 1000000};
	struct pollfd poll_fd = {fd, POLLIN, 0};
	sigset_t ours, before;
	int ready = 0;

	sigemptyset(&ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigprocmask(SIG_BLOCK, &ours, &before);
	if (!stopped)
		ready =
		    ppoll(&poll_fd, 1, limit_ms < 0 ? NULL : &limit, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (ready < 0 && errno == EINTR)
		return 0;
	return ready < 0 ? -1 : ready > 0;
}

bool
input_stopped(void)
{
	return stopped != 0;
}

/* For line_reader: a pause is what there is to commit for. */
static int
wait_for_line(void *context)
{
	struct input *input = context;

	if (!stopped && unpack_is_ready(input->unpack))
		return 1;
	return input_wait(input->fd,
	    ingest_pending(input->in) > 0 ? input->limits->linger_ms : -1);
}

static ssize_t
read_unpacked(void *context, void *bytes, size_t n)
{
	struct input *input = context;

	return unpack_read(input->unpack, bytes, n);
}

static void
commit(struct input *input)
{
	size_t pending = ingest_pending(input->in);

	if (input->failed || pending == 0)
		return;
	if (ingest_commit(input->in) == 0) {
		input->status =
		    exit_worse(input->status, input->committed(input->context));
		return;
	}
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

/* From errno; the line of that number was not whole. */
static void
tell_failure(struct input *input, const char *source, unsigned long long number)
{
	if (errno != EBADMSG) {
		msg_warn("read %s", source);
		input->status = exit_worse(input->status, msg_exit_code(errno));
		return;
	}
	msg_warnx("%s %s: read up to line %llu", source,
	    unpack_why(input->unpack), number - 1);
	input->status = exit_worse(input->status, EX_DATAERR);
}

static void
read_lines(struct input *input, const char *source)
{
	struct ingest_refused too_long = {NULL, source, 0, NULL, 0, "too long"};
	enum line_status got = LINE_OK;
	struct line_reader reader;
	char *line;
	size_t len;

	line_init(&reader, input->fd, '\n', EVENT_LINE_MAX_EMBEDDED);
	reader.wait = wait_for_line;
	reader.read = read_unpacked;
	reader.context = input;
	input->unpack = unpack_new(input->fd);
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
	if (got == LINE_ERROR)
		tell_failure(input, source, reader.number);
	unpack_free(input->unpack);
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

/* The name for messages, which lives until what is pending is committed. */
static const char *
name_source(struct input *input, const char *name)
{
	if (ingest_pending(input->in) == 0)
		strvec_release(&input->sources);
	strvec_add(&input->sources, name);
	return input->sources.item[input->sources.count - 1];
}

int
input_files(struct ingest *in, struct db *db, const struct input_limits *limits,
    char *const files[], int (*committed)(void *context), void *context)
{
	struct input input = {.in = in,
	    .db = db,
	    .limits = limits,
	    .committed = committed,
	    .context = context,
	    .fd = STDIN_FILENO,
	    .sources = STRVEC_INIT};

	if (*files == NULL)
		read_lines(&input, "standard input");
	for (; *files != NULL && !stopped && !input.failed; files++)
		read_file(
		    &input, *files, name_source(&input, msg_quote(*files)));
	commit(&input);
	strvec_release(&input.sources);
	return input.status;
}
