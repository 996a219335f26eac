/* One run of a target: contained, timed, its output kept. */
#ifndef PF_RUN_H
#define PF_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "child.h"

/* Of a longer output the head and the tail are kept. */
#define RUN_HEAD_MAX ((size_t)768 * 1024)
#define RUN_TAIL_MAX ((size_t)256 * 1024)

struct run {
	bool active;
	struct child child;
	struct child_end end; /* once it is over */
	int out_fd;           /* both streams of the child; -1 at the end */
	struct buf head, tail;
	uint64_t cut;     /* bytes between head and tail that were lost */
	int64_t deadline; /* by clock_monotonic */
	enum { RUN_ON_TIME, RUN_ABORTED, RUN_KILLED } stage;
};

void run_init(struct run *run);
/*
 * Starts argv with the whole environment `env` and `input` (a path, or NULL)
 * as standard input. 0, or -1 with errno and nothing left behind.
 */
int run_start(struct run *run, char *const argv[], char *const env[],
    const char *input, int64_t timeout_ms);
/*
 * Takes what has come and enforces the time limit: first SIGABRT, for a
 * sanitizer to print where it is, and 2 s later the whole tree is killed.
 * True when the run is over and nothing of it is left.
 */
bool run_step(struct run *run);
/* When run_step wants to be called again, by clock_monotonic. */
int64_t run_wakes(const struct run *run);
/* Head, a line that says what was cut, tail. */
void run_output(const struct run *run, struct buf *out);
/* Frees; kills what still runs. */
void run_release(struct run *run);

#endif
