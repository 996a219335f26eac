/*
 * Batches over HTTP by many connections at once, each of which posts, waits for
 * the answer, and posts again.
 *
 *	post PORT CONNECTIONS BATCHES < EVENTS   BATCHES in all, of 100 lines
 *	                                  each, cut from standard input; prints
 *	                                  seconds, and of the times to an answer
 *	                                  the median and the 99th percentile
 *	post PORT CONNECTIONS hold        opens them, writes "held" and keeps
 *	                                  them until standard input ends
 *	post PORT NODES return < EVENTS   nodes that come back all at once, each
 *	                                  with its part of the lines; who is
 *told 503 comes again when it was told to; prints seconds, and how often that
 *was
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "buf.h"
#include "clock.h"
#include "mem.h"
#include "msg.h"
#include "opt.h"

#define BATCH_LINES 100
#define ANSWER_MAX 4096

struct batch {
	size_t start, len; /* of the input */
};

struct connection {
	int fd;
	size_t next, end; /* batches that are its own, in a return */
	size_t batch;     /* in hand */
	struct buf request;
	size_t sent;
	char answer[ANSWER_MAX];
	size_t got;
	int64_t began, not_before; /* microseconds */
	bool busy, done;
};

static struct buf input = BUF_INIT;
static struct batch *batches;
static size_t batch_count, batch_cap;
static double *times;
static size_t time_count, time_cap;
static unsigned long refused;
static uint16_t port;

static void
must(bool good, const char *what)
{
	if (!good)
		msg_die(1, "%s", what);
}

static void
cut_batches(void)
{
	size_t start = 0, at = 0, lines = 0;

	while (at < input.len) {
		char *newline = memchr(input.data + at, '\n', input.len - at);

		at = newline == NULL ? input.len
				     : (size_t)(newline - input.data) + 1;
		if (++lines < BATCH_LINES && at < input.len)
			continue;
		MEM_GROW(batches, batch_count, batch_cap);
		batches[batch_count++] = (struct batch){start, at - start};
		start = at;
		lines = 0;
	}
}

static void
open_connection(struct connection *c)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(c->fd >= 0, "socket");
	must(connect(c->fd, (struct sockaddr *)&to, sizeof to) == 0, "connect");
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
}

static void
begin(struct connection *c, size_t batch)
{
	const struct batch *b = &batches[batch];

	c->batch = batch;
	buf_clear(&c->request);
	buf_addf(&c->request,
	    "POST /api/v1/results/batch HTTP/1.1\r\nHost: x\r\n"
	    "Idempotency-Key: batch-%zu\r\nContent-Length: %zu\r\n\r\n",
	    batch, b->len);
	buf_add(&c->request, input.data + b->start, b->len);
	c->sent = c->got = 0;
	c->began = clock_monotonic_us();
	c->busy = true;
}

/* The status once the answer is whole; 0 before. */
static int
read_answer(struct connection *c)
{
	ssize_t n = read(c->fd, c->answer + c->got, ANSWER_MAX - 1 - c->got);
	const char *end, *length;

	if (n < 0 && errno == EAGAIN)
		return 0;
	must(n > 0, "the server hung up");
	c->got += (size_t)n;
	c->answer[c->got] = '\0';
	end = strstr(c->answer, "\r\n\r\n");
	length = strcasestr(c->answer, "\r\nContent-Length: ");
	if (end == NULL || length == NULL ||
	    strlen(end + 4) < strtoul(length + 18, NULL, 10))
		return 0;
	return (int)strtol(c->answer + 9, NULL, 10);
}

static void
take_answer(struct connection *c, int status)
{
	const char *after = strcasestr(c->answer, "\r\nRetry-After: ");

	c->busy = false;
	if (status == 503 || status == 429) {
		must(after != NULL, "no Retry-After");
		refused++;
		c->next = c->batch;
		c->not_before = clock_monotonic_us() +
		    1000000 * strtol(after + 15, NULL, 10);
		return;
	}
	if (status != 200)
		msg_diex(1, "batch %zu: %s", c->batch, c->answer);
	MEM_GROW(times, time_count, time_cap);
	times[time_count++] = (double)(clock_monotonic_us() - c->began) / 1000;
}

static void
move(struct connection *c, short events)
{
	int status;

	if (c->sent < c->request.len && (events & POLLOUT) != 0) {
		ssize_t n = write(
		    c->fd, c->request.data + c->sent, c->request.len - c->sent);

		must(n > 0 || errno == EAGAIN, "write");
		c->sent += n > 0 ? (size_t)n : 0;
	}
	if ((events & (POLLIN | POLLHUP)) != 0 &&
	    (status = read_answer(c)) != 0)
		take_answer(c, status);
}

/* Gives the next batch to who has none: its own, or the next of all. */
static bool
assign(struct connection *c, size_t *shared)
{
	if (c->busy || c->done)
		return c->busy;
	if (clock_monotonic_us() < c->not_before)
		return true;
	if (shared != NULL && *shared < batch_count)
		begin(c, (*shared)++);
	else if (shared == NULL && c->next < c->end)
		begin(c, c->next++);
	else
		c->done = true;
	return !c->done;
}

static double
run(struct connection *all, size_t count, size_t *shared)
{
	struct pollfd *p = mem_calloc(count, sizeof *p);
	int64_t began = clock_monotonic_us();
	bool some = true;
	size_t i;

	while (some) {
		some = false;
		for (i = 0; i < count; i++) {
			struct connection *c = &all[i];

			some = assign(c, shared) || some;
			p[i] = (struct pollfd){c->busy ? c->fd : -1,
			    POLLIN | (c->sent < c->request.len ? POLLOUT : 0),
			    0};
		}
		if (some)
			must(poll(p, count, 50) >= 0, "poll");
		for (i = 0; i < count; i++)
			if (p[i].revents != 0)
				move(&all[i], p[i].revents);
	}
	free(p);
	return (double)(clock_monotonic_us() - began) / 1e6;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char *argv[])
{
	struct rlimit limit = {65536, 65536};
	uint64_t n, number = 0;
	struct connection *all;
	size_t shared = 0, i;
	double seconds;
	bool returns;

	msg_init("post");
	must(argc == 4 && opt_count(argv[1], &n) && n <= 65535, "usage");
	port = (uint16_t)n;
	must(opt_count(argv[2], &n) && n > 0, "usage");
	setrlimit(RLIMIT_NOFILE, &limit);
	all = mem_calloc(n, sizeof *all);
	for (i = 0; i < n; i++) {
		buf_init(&all[i].request);
		open_connection(&all[i]);
	}
	if (strcmp(argv[3], "hold") == 0) {
		must(write(1, "held\n", 5) == 5, "write");
		return buf_read_fd(&input, 0, SIZE_MAX / 2) < 0;
	}
	must(buf_read_fd(&input, 0, SIZE_MAX / 2) == 0, "read");
	cut_batches();
	returns = strcmp(argv[3], "return") == 0;
	if (!returns && opt_count(argv[3], &number) && number < batch_count)
		batch_count = number;
	for (i = 0; i < n; i++) {
		all[i].next = batch_count * i / n;
		all[i].end = batch_count * (i + 1) / n;
	}
	seconds = run(all, n, returns ? NULL : &shared);
	qsort(times, time_count, sizeof *times, by_size);
	if (returns)
		printf("%.4f %lu\n", seconds, refused);
	else
		printf("%.4f %.3f %.3f\n", seconds, times[time_count / 2],
		    times[time_count * 99 / 100]);
	return 0;
}
