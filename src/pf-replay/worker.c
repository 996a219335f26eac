#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "clock.h"

/* How long a sanitizer may take to print a stack after SIGABRT. */
#define GRACE_MS 2000

void
worker_init(struct worker *w, const struct child_spec *spec)
{
	*w = (struct worker){.count = 0};
	series_init(&w->series, spec);
}

bool
worker_has_room(const struct worker *w)
{
	return series_has_room(&w->series);
}

static void
close_given(int fd)
{
	if (fd >= 0)
		close(fd);
}

int
worker_start(struct worker *w, struct run *run, char *const argv[],
    char *const env[], const char *input, const struct run_limits *limits)
{
	int given[3] = {-1, -1, -1}, ends[2], status = -1, saved;

	if (input != NULL) {
		given[0] = open(input, O_RDONLY | O_CLOEXEC);
		if (given[0] < 0)
			return -1;
	}
	if (pipe2(ends, O_CLOEXEC) == 0) {
		/* Ours alone: the target gets a pipe that blocks. */
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
		given[1] = given[2] = ends[1];
		status = series_start(&w->series, argv, env, given);
		saved = errno;
		close(ends[1]);
		if (status < 0)
			close(ends[0]);
		errno = saved;
	}
	saved = errno;
	close_given(given[0]);
	errno = saved;
	if (status < 0)
		return -1;
	run_prepare(run, limits, ends[0]);
	if (w->count == 0)
		run_activate(run);
	w->run[w->count++] = run;
	return 0;
}

static void
enforce(struct worker *w, struct run *run)
{
	int64_t now = clock_monotonic();

	if (run->stage != RUN_OVER_MEMORY && run->limits.memory_bytes > 0 &&
	    health_over_memory(&run->health, &w->series.child,
		run->limits.memory_bytes, now)) {
		series_kill(&w->series);
		run->stage = RUN_OVER_MEMORY;
		run->deadline = INT64_MAX;
	}
	if (now < run->deadline)
		return;
	if (run->stage == RUN_ON_TIME) {
		series_signal(&w->series, SIGABRT);
		run->stage = RUN_ABORTED;
		run->deadline = now + GRACE_MS;
	} else if (run->stage == RUN_ABORTED) {
		series_kill(&w->series);
		run->stage = RUN_KILLED;
		run->deadline = INT64_MAX;
	}
}

/* The oldest is over; the next one runs since a moment ago. */
static struct run *
take_first(struct worker *w, int error)
{
	struct run *run = w->run[0];

	run_finish(run, error);
	w->count--;
	for (unsigned i = 0; i < w->count; i++)
		w->run[i] = w->run[i + 1];
	if (w->count > 0)
		run_activate(w->run[0]);
	return run;
}

struct run *
worker_next(struct worker *w)
{
	enum series_event event;
	struct run *run;

	if (w->count == 0)
		return NULL;
	run = w->run[0];
	event = series_next(&w->series, &run->end, 0);
	if (event != SERIES_NOTHING)
		return take_first(w, event == SERIES_FAILED ? errno : 0);
	run_drain(run);
	enforce(w, run);
	return NULL;
}

nfds_t
worker_polls(const struct worker *w, struct pollfd *polls, int64_t *wakes)
{
	const struct run *run = w->run[0];
	nfds_t n = 0;

	if (w->count == 0)
		return 0;
	polls[n++] =
	    (struct pollfd){.fd = series_fd(&w->series), .events = POLLIN};
	if (run->out_fd >= 0)
		polls[n++] =
		    (struct pollfd){.fd = run->out_fd, .events = POLLIN};
	if (run->deadline < *wakes)
		*wakes = run->deadline;
	if (run->limits.memory_bytes > 0 && run->stage != RUN_OVER_MEMORY &&
	    run->health.memory_ms < *wakes)
		*wakes = run->health.memory_ms;
	return n;
}

void
worker_release(struct worker *w)
{
	series_release(&w->series);
	for (unsigned i = 0; i < w->count; i++) {
		close_given(w->run[i]->out_fd);
		w->run[i]->out_fd = -1;
		w->run[i]->state = RUN_IDLE;
	}
	w->count = 0;
}
