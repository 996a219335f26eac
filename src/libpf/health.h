/*
 * Whether a running fuzzer process is well: the memory of its whole tree, and
 * signs of life.
 */
#ifndef PF_HEALTH_H
#define PF_HEALTH_H

#include <stdint.h>

#include "child.h"

struct health {
	int64_t memory_ms, stall_ms; /* when to look again (monotonic) */
	uint64_t rss_bytes;          /* as last seen */
	uint64_t peak_bytes;         /* the most since the start */
	int64_t sign_ms;             /* the last sign of life */
	int64_t busy_ms; /* when it was last seen to use the processor */
	int64_t cpu_ms, cpu_seen_ms; /* CPU time used, and when that was seen */
};

/* Starts anew with a process that was started now. */
void health_begin(struct health *h, int64_t now_ms);
/* Something was heard of it, or seen that it did. */
void health_sign(struct health *h, int64_t now_ms);
/*
 * Looks at the memory if it is time to; true when it is over `limit` (0: it
 * never is), with pages that processes share counted once.
 */
bool health_over_memory(struct health *h, const struct child *child,
    uint64_t limit, int64_t now_ms);
/*
 * Pure: when to look again at memory that may grow by 1 GiB a second.
 */
int64_t health_next_look(uint64_t used, uint64_t limit, int64_t now_ms);
/*
 * True when there was no sign of life for `stall_ms` (0: never): it has not
 * used the processor either, or has been silent for longer than `silence_ms`,
 * which is what a healthy one may be (0: not known).
 */
bool health_stalled(struct health *h, const struct child *child,
    int64_t stall_ms, int64_t silence_ms, int64_t now_ms);

#endif
