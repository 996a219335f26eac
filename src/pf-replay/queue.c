#include "queue.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "interrupt.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "progress.h"

struct queue {
	struct replay *replay;
	struct source *source;
	struct worker *worker;
	unsigned jobs;
	/* Tasks that wait, run, or are done but for an earlier one: a ring. */
	struct task **ring;
	size_t size, first, count;
	/* Of them, those that want a run, begun ones before others: a ring of
	 * the same size. */
	struct task **ready;
	size_t ready_first, ready_count;
	struct progress progress;
};

static void
queue_init(struct queue *q, struct replay *replay, struct source *source,
    unsigned jobs)
{
	*q = (struct queue){.replay = replay,
	    .source = source,
	    .jobs = jobs,
	    .size = (size_t)jobs * 16 + 64};
	q->ring = mem_calloc(q->size, sizeof(*q->ring));
	q->ready = mem_calloc(q->size, sizeof(*q->ready));
	q->worker = mem_calloc(jobs, sizeof *q->worker);
	for (unsigned i = 0; i < jobs; i++)
		worker_init(&q->worker[i], &replay->spec);
	progress_begin(&q->progress);
	q->progress.total = source_total(source);
}

static void
queue_release(struct queue *q)
{
	for (unsigned i = 0; i < q->jobs; i++)
		worker_release(&q->worker[i]);
	free(q->worker);
	free(q->ring);
	free(q->ready);
}

static bool
is_full(const struct queue *q)
{
	return q->count == q->size;
}

static void
ready_last(struct queue *q, struct task *task)
{
	q->ready[(q->ready_first + q->ready_count++) % q->size] = task;
}

static void
ready_first(struct queue *q, struct task *task)
{
	q->ready_first = (q->ready_first + q->size - 1) % q->size;
	q->ready[q->ready_first] = task;
	q->ready_count++;
}

static struct task *
ready_take(struct queue *q)
{
	struct task *task = q->ready[q->ready_first];

	q->ready_first = (q->ready_first + 1) % q->size;
	q->ready_count--;
	return task;
}

/* What the source has now becomes tasks, while there is room. */
static void
feed(struct queue *q)
{
	while (!is_full(q) && !q->source->ended) {
		struct task *task;
		enum source_item item;
		char *text;
		size_t len;

		item = source_next(q->source, &text, &len);
		if (item == SOURCE_NOTHING || item == SOURCE_END)
			return;
		task = item == SOURCE_LINE
		    ? task_from_line(q->replay, text, len)
		    : task_from_path(q->replay, text);
		q->ring[(q->first + q->count++) % q->size] = task;
		if (!task->done)
			ready_last(q, task);
	}
}

/* Each worker gets its first run before any gets one ahead of time. */
static void
assign(struct queue *q)
{
	for (unsigned ahead = 0; ahead < SERIES_DEPTH; ahead++)
		for (unsigned i = 0; i < q->jobs; i++) {
			struct worker *w = &q->worker[i];

			while (q->ready_count > 0 && w->count <= ahead &&
			    worker_has_room(w))
				task_start(q->replay, ready_take(q), w);
		}
}

/* Takes what runs have come to; each worker steps until nothing is over. */
static void
step(struct queue *q)
{
	for (unsigned i = 0; i < q->jobs; i++) {
		struct run *run;

		while ((run = worker_next(&q->worker[i])) != NULL) {
			struct task *task = task_of_run(run);

			task_take(q->replay, task);
			if (!task->done)
				ready_first(q, task);
		}
	}
}

/* The first task's line is out. */
static void
drop_first(struct queue *q)
{
	struct task *task = q->ring[q->first];

	out_add(task->line.data, task->line.len);
	task_free(task);
	q->first = (q->first + 1) % q->size;
	q->count--;
	q->progress.done++;
}

/* The lines whose turn it is; written only when something came out. */
static void
put_out(struct queue *q)
{
	bool any = false;

	for (; q->count > 0 && q->ring[q->first]->done; any = true)
		drop_first(q);
	if (any && q->source->from_stdin)
		out_flush();
	progress_draw(&q->progress);
}

/* Waits until a run, a limit or standard input has something to say. */
static void
await(struct queue *q, struct pollfd *polls)
{
	int64_t now = clock_monotonic(), wakes = INT64_MAX, left = -1;
	nfds_t n = 0;

	for (unsigned i = 0; i < q->jobs; i++)
		n += worker_polls(&q->worker[i], polls + n, &wakes);
	if (q->source->from_stdin && !q->source->ended && !is_full(q))
		polls[n++] = (struct pollfd){.fd = 0, .events = POLLIN};
	if (wakes != INT64_MAX)
		left = wakes <= now ? 0 : wakes - now + 1;
	if (left > 3600000)
		left = 3600000;
	interrupt_poll(polls, n, (int)left);
}

/* What was asked to stop tells what it knows. */
static void
stop(struct queue *q)
{
	unsigned long long not_run = 0;

	source_stop(q->source);
	for (unsigned i = 0; i < q->jobs; i++)
		worker_release(&q->worker[i]);
	do {
		q->ready_count = 0;
		for (; q->count > 0; drop_first(q))
			not_run += !q->ring[q->first]->done;
		if (q->source->filter)
			feed(q);
	} while (q->count > 0);
	not_run += source_left(q->source);
	msg_warnx("stopped by SIG%s: %llu inputs that were there were not run",
	    sigabbrev_np(interrupt_signal()), not_run);
	q->replay->status = exit_worse(q->replay->status, 75);
}

void
queue_run(struct replay *replay, struct source *source, unsigned jobs)
{
	struct pollfd *polls =
	    mem_calloc((size_t)jobs * WORKER_POLLS + 1, sizeof *polls);
	struct queue q;

	interrupt_init();
	queue_init(&q, replay, source, jobs);
	while (interrupt_signal() == 0) {
		feed(&q);
		assign(&q);
		put_out(&q);
		if (source->ended && q.count == 0)
			break;
		if (q.count == 0 || !q.ring[q.first]->done)
			await(&q, polls);
		step(&q);
	}
	progress_end(&q.progress);
	if (interrupt_signal() != 0)
		stop(&q);
	queue_release(&q);
	free(polls);
	replay->rejected += source->bad;
	replay->in += source->bad;
	replay->status = exit_worse(replay->status, source->status);
}
