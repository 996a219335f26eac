/* Rounds: what the paths, standard input and the machine say by now. */
#include "round.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sysexits.h>

#include "clock.h"
#include "event.h"
#include "host.h"
#include "line.h"
#include "msg.h"
#include "out.h"
#include "reading.h"
#include "source.h"
#include "strvec.h"

/* A longer line is no path. */
#define PATH_LINE_MAX 65536

struct rounds {
	struct options *options;
	struct reader reader;
	struct host *host;
	struct strvec paths;
	int64_t began_ms, next_ms; /* this round, and the next; monotonic */
	int status;                /* of this round */
};

static bool
reads_input(const struct options *o)
{
	return *o->operands == NULL && !o->host;
}

static void
read_path(struct rounds *r, const char *path)
{
	int status = source_read(&r->reader, path);

	r->status = exit_worse(r->status, status);
	/* That it is missing has been said. */
	if (r->host != NULL && status != EX_NOINPUT)
		host_add_disk(r->host, path);
}

static void
read_host(struct rounds *r)
{
	struct buf line = BUF_INIT;

	r->status = exit_worse(
	    r->status, host_event(r->host, r->options->sample_ms, &line));
	if (line.len > 0)
		output_line(&r->options->output, &line);
	buf_release(&line);
}

/* Ends a round: what was read is told. */
static void
finish(struct rounds *r)
{
	if (r->host != NULL)
		read_host(r);
	r->status = exit_worse(
	    r->status, output_round(&r->options->output, clock_now()));
}

/* The disks of pf's own, wherever they are. */
static void
add_own_disks(struct host *h)
{
	static const char *const names[] = {"PF_HOME", "PF_SPOOL"};
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *path = getenv(names[i]);

		if (path != NULL && *path != '\0')
			host_add_disk(h, path);
	}
}

static void
begin(struct rounds *r)
{
	size_t i;

	r->status = 0;
	r->began_ms = clock_monotonic();
	r->next_ms = r->began_ms + r->options->follow_ms;
	reader_begin(&r->reader);
	/* What standard input says is said once; all else is read anew. */
	if (!reads_input(r->options))
		output_begin(&r->options->output);
	if (r->host != NULL) {
		host_clear_disks(r->host);
		add_own_disks(r->host);
	}
	for (i = 0; i < r->paths.count; i++)
		read_path(r, r->paths.item[i]);
}

/* For poll(2), which counts no further than 24 days. */
static int
time_left(const struct rounds *r)
{
	int64_t left = r->next_ms - clock_monotonic();

	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

/* Lines may come slowly: the rounds go on meanwhile. */
static int
wait_for_line(void *context)
{
	struct rounds *r = context;
	struct pollfd in = {STDIN_FILENO, POLLIN, 0};
	int n;

	if (r->options->follow_ms == 0)
		return 1;
	do
		n = poll(&in, 1, time_left(r));
	while ((n < 0 && errno == EINTR) || (n == 0 && time_left(r) > 0));
	return n;
}

static void
take_line(struct rounds *r, char *line, size_t len, unsigned long long number)
{
	if (len == 0)
		return;
	if (line[0] == '{') {
		output_foreign(&r->options->output, line, len, number);
	} else if (len > PATH_LINE_MAX) {
		msg_warnx("standard input line %llu: too long", number);
		r->status = exit_worse(r->status, 1);
	} else if (memchr(line, '\0', len) != NULL) {
		msg_warnx("standard input line %llu: holds a NUL", number);
		r->status = exit_worse(r->status, 1);
	} else {
		line[len] = '\0';
		if (r->options->follow_ms > 0)
			strvec_add(&r->paths, line);
		read_path(r, line);
	}
}

static void
read_input(struct rounds *r)
{
	struct line_reader in;
	enum line_status got;
	char *line;
	size_t len;

	line_init(&in, STDIN_FILENO, r->options->nul ? '\0' : '\n',
	    EVENT_LINE_MAX_EMBEDDED);
	in.wait = wait_for_line;
	in.context = r;
	while ((got = line_next(&in, &line, &len)) != LINE_END) {
		if (got == LINE_ERROR) {
			msg_warn("read standard input");
			r->status = exit_worse(r->status, EX_IOERR);
			break;
		}
		if (got == LINE_PAUSED) {
			finish(r);
			begin(r);
		} else if (got == LINE_TOO_LONG) {
			msg_warnx(
			    "standard input line %llu: too long", in.number);
			r->status = exit_worse(r->status, 1);
		} else {
			take_line(r, line, len, in.number);
		}
	}
	line_release(&in);
}

int
rounds_run(struct options *o)
{
	struct rounds r = {.options = o};
	int status = 0;

	if (o->output.alerts != NULL && o->alert_state != NULL)
		status = alerts_load(o->output.alerts, o->alert_state);
	if (status > 1)
		return status;
	reader_init(&r.reader, o);
	if (o->host)
		r.host = host_new();
	strvec_add_all(&r.paths, o->operands);
	begin(&r);
	if (reads_input(o))
		read_input(&r);
	finish(&r);
	while (o->follow_ms > 0 && (r.paths.count > 0 || o->host)) {
		while (time_left(&r) > 0)
			poll(NULL, 0, time_left(&r));
		begin(&r);
		finish(&r);
	}
	host_free(r.host);
	strvec_release(&r.paths);
	reader_release(&r.reader);
	return exit_worse(status, r.status);
}
