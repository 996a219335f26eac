/* One run of a target: contained, limited, its output kept. */
#ifndef PF_RUN_H
#define PF_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "child.h"
#include "health.h"

struct run_limits {
	int64_t timeout_ms;
	uint64_t memory_bytes; /* of all its processes; 0: none */
	/* Of a longer output three quarters from its beginning are kept, and
	 * the last quarter. */
	uint64_t output_bytes;
};

struct run {
	enum { RUN_IDLE, RUN_HANDED_OVER, RUN_ACTIVE, RUN_OVER } state;
	int error; /* errno: it could not be executed; 0 */
	struct child_end end;
	/* What of ours ended it. */
	enum { RUN_ON_TIME, RUN_ABORTED, RUN_KILLED, RUN_OVER_MEMORY } stage;

	struct run_limits limits;
	int64_t deadline; /* by clock_monotonic */
	struct health health;
	int out_fd; /* both streams of the command; -1 at the end */
	struct buf head, tail;
	uint64_t cut; /* bytes between head and tail that were lost */
};

void run_init(struct run *run);
/* Forgets the run before; `out_fd` is taken. */
void run_prepare(struct run *run, const struct run_limits *limits, int out_fd);
/* Its command is the one that its keeper runs now. */
void run_activate(struct run *run);
/* Takes what has been printed. */
void run_drain(struct run *run);
/* Nobody writes any more: what is in the pipe is all there is. */
void run_finish(struct run *run, int error);
/* Head, a line that says what was cut, tail. */
void run_output(const struct run *run, struct buf *out);
void run_release(struct run *run);

#endif
