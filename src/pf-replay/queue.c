#include "queue.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "event.h"
#include "mem.h"
#include "msg.h"
#include "out.h"

/* Tasks that wait, run, or are done but for an earlier one: a ring. */
struct queue {
	struct replay *replay;
	bool filter;
	unsigned jobs;
	struct task **ring;
	size_t size, first, count;

	/* Where tasks come from. */
	char *const *inputs;
	size_t input_count;
	bool from_stdin, ended;
	struct buf in; /* of standard input, not yet a whole line */
	size_t scanned;
	bool skipping; /* inside a line that is too long */
};

static struct task *
at(const struct queue *q, size_t i)
{
	return q->ring[(q->first + i) % q->size];
}

static bool
is_full(const struct queue *q)
{
	return q->count == q->size;
}

static void
add(struct queue *q, struct task *task)
{
	q->ring[(q->first + q->count++) % q->size] = task;
}

static void
add_line(struct queue *q, char *line, size_t len)
{
	if (len == 0)
		return;
	if (q->filter) {
		add(q, task_from_line(q->replay, line, len));
	} else if (len >= PATH_MAX || memchr(line, '\0', len) != NULL) {
		/* Cut at a NUL it would be another file's name. */
		q->replay->in++;
		q->replay->rejected++;
		q->replay->status = exit_worse(q->replay->status, 1);
		msg_warnx("line %llu is no path", q->replay->in);
	} else {
		char *path = mem_dup_n(line, len);

		add(q, task_from_path(q->replay, path));
		free(path);
	}
}

static void
too_long(struct queue *q)
{
	msg_warnx("a line is longer than %d bytes and is lost",
	    EVENT_LINE_MAX_EMBEDDED);
	q->replay->in++;
	q->replay->rejected++;
	q->replay->status = exit_worse(q->replay->status, 1);
	q->skipping = true;
	buf_clear(&q->in);
	q->scanned = 0;
}

/* Whole lines of what has been read become tasks, while there is room. */
static void
take_lines(struct queue *q)
{
	size_t start = 0;
	char *end;

	while (!is_full(q)) {
		size_t from = q->scanned > start ? q->scanned : start;

		end = memchr(q->in.data + from, '\n', q->in.len - from);
		if (end == NULL)
			break;
		if (!q->skipping)
			add_line(q, q->in.data + start,
			    (size_t)(end - q->in.data) - start);
		q->skipping = false;
		start = (size_t)(end - q->in.data) + 1;
		q->scanned = start;
	}
	if (q->ended && !is_full(q) && start < q->in.len &&
	    memchr(q->in.data + start, '\n', q->in.len - start) == NULL) {
		if (!q->skipping)
			add_line(q, q->in.data + start, q->in.len - start);
		start = q->in.len;
	}
	buf_consume(&q->in, start);
	q->scanned = q->scanned > start ? q->scanned - start : 0;
	if (!is_full(q))
		q->scanned = q->in.len;
	if (q->in.len > EVENT_LINE_MAX_EMBEDDED)
		too_long(q);
}

static void
read_more(struct queue *q)
{
	char *room = buf_reserve(&q->in, 65536);
	ssize_t n = read(0, room, 65536);

	if (n > 0) {
		q->in.len += (size_t)n;
		q->in.data[q->in.len] = '\0';
	} else if (n == 0) {
		q->ended = true;
	} else if (errno != EINTR && errno != EAGAIN) {
		msg_warn("read standard input");
		q->replay->status = exit_worse(q->replay->status, 74);
		q->ended = true;
	}
}

static void
feed(struct queue *q)
{
	if (q->from_stdin) {
		take_lines(q);
		return;
	}
	while (!is_full(q) && q->input_count > 0) {
		add(q, task_from_path(q->replay, *q->inputs));
		q->inputs++;
		q->input_count--;
	}
	q->ended = q->input_count == 0;
}

/* Goes on with all that run and starts what there is room for. */
static unsigned
step(struct queue *q)
{
	unsigned running = 0;

	for (size_t i = 0; i < q->count; i++) {
		struct task *task = at(q, i);

		if (task->done || (task->started == 0 && running >= q->jobs))
			continue;
		task_step(q->replay, task);
		if (!task->done)
			running++;
	}
	return running;
}

/* The lines whose turn it is; out_flush only when something came out. */
static void
put_out(struct queue *q)
{
	bool any = false;

	while (q->count > 0 && at(q, 0)->done) {
		task_out(q->replay, at(q, 0));
		task_free(at(q, 0));
		q->first = (q->first + 1) % q->size;
		q->count--;
		any = true;
	}
	if (any)
		out_flush();
}

static void
add_poll(struct pollfd *polls, nfds_t *n, int fd)
{
	if (fd >= 0)
		polls[(*n)++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

/* Waits until a run, a time limit or standard input has something to say. */
static void
await(struct queue *q, struct pollfd *polls)
{
	int64_t now = clock_monotonic(), wakes = INT64_MAX;
	bool wants_input = q->from_stdin && !q->ended && !is_full(q);
	int timeout = -1;
	nfds_t n = 0;

	for (size_t i = 0; i < q->count; i++) {
		const struct run *run = &at(q, i)->run;

		if (!run->active)
			continue;
		add_poll(polls, &n, run->child.fd);
		add_poll(polls, &n, run->out_fd);
		if (run_wakes(run) < wakes)
			wakes = run_wakes(run);
	}
	if (wants_input)
		add_poll(polls, &n, 0);
	if (wakes != INT64_MAX)
		timeout = wakes <= now ? 0 : (int)(wakes - now + 1);
	if (poll(polls, n, timeout) > 0 && wants_input &&
	    polls[n - 1].revents != 0)
		read_more(q);
}

void
queue_run(struct replay *replay, unsigned jobs, bool filter,
    char *const inputs[], size_t input_count)
{
	struct queue q = {
	    .replay = replay,
	    .filter = filter,
	    .jobs = jobs,
	    .size = (size_t)jobs * 16,
	    .inputs = inputs,
	    .input_count = input_count,
	    .from_stdin = input_count == 0,
	    .in = BUF_INIT,
	};
	struct pollfd *polls = mem_calloc((size_t)jobs * 2 + 1, sizeof *polls);
	unsigned running;

	q.ring = mem_calloc(q.size, sizeof(*q.ring));
	for (;;) {
		feed(&q);
		running = step(&q);
		put_out(&q);
		if (q.ended && q.count == 0 && q.in.len == 0 &&
		    q.input_count == 0)
			break;
		if (running > 0 || (q.from_stdin && !q.ended && !is_full(&q)))
			await(&q, polls);
	}
	buf_release(&q.in);
	free(q.ring);
	free(polls);
}
