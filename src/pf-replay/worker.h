/* What runs commands one after another, and watches the one that runs. */
#ifndef PF_WORKER_H
#define PF_WORKER_H

#include <poll.h>

#include "run.h"
#include "series.h"

struct worker {
	struct series series;
	/* Handed over, the oldest first; the others wait for it. */
	struct run *run[SERIES_DEPTH];
	unsigned count;
};

/* Two descriptors at the most for worker_polls. */
#define WORKER_POLLS 2

void worker_init(struct worker *w, const struct child_spec *spec);
/* May it be given one more run? */
bool worker_has_room(const struct worker *w);
/*
 * Gives it a run of argv with the whole environment `env` and `input` (a path,
 * or NULL) as standard input. 0, or -1 with errno and nothing left behind.
 */
int worker_start(struct worker *w, struct run *run, char *const argv[],
    char *const env[], const char *input, const struct run_limits *limits);
/*
 * Takes what there is and enforces the limits: when time is over, first
 * SIGABRT, for a sanitizer to print where it is, and 2 s later all is killed;
 * when memory is, that at once. The next run that is over, of which nothing is
 * left; NULL when there is none now.
 */
struct run *worker_next(struct worker *w);
/* Adds what to poll, and lowers *wakes to when to call worker_next. */
nfds_t
worker_polls(const struct worker *w, struct pollfd *polls, int64_t *wakes);
/* Kills what still runs; its runs are as if they had never been. */
void worker_release(struct worker *w);

#endif
