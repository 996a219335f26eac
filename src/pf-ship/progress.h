/* One line on a terminal that says how far a long delivery is. */
#ifndef PF_SHIP_PROGRESS_H
#define PF_SHIP_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool on;
	bool shown;
	int64_t begun, told; /* clock_monotonic() */
	uint64_t batches, lines;
	uint64_t total; /* batches that there were, as last seen */
};

/* Nothing is ever shown unless standard error is a terminal. */
void progress_init(struct progress *p);
/* A batch is done; shown now and then. */
void progress_add(struct progress *p, uint64_t lines);
/* Takes the line away, before anything else is said and at the end. */
void progress_clear(struct progress *p);

#endif
