/* Memory, of the machine and of what we are allowed of it. */
#ifndef PF_HOST_MEMORY_H
#define PF_HOST_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* In bytes; HOST_UNKNOWN where it is not known. */
struct memory {
	uint64_t total, used, available, swap_used;
};

/* From the text of /proc/meminfo; false when it is none. */
bool memory_parse(const char *meminfo, struct memory *m);
/* What a cgroup may use (HOST_UNKNOWN: no bound), and what it does use. */
struct memory_limit {
	uint64_t limit, usage;
	uint64_t inactive_file; /* of it, what the kernel gives up at need */
};

/*
 * A limit below the total so far takes its place, with its own usage; what is
 * available is at most what it has left, also if it is not the lowest.
 */
void memory_restrict(struct memory *m, const struct memory_limit *l);
/*
 * Reads all of it. What cannot be read is named in one sentence and stays
 * unknown; returns an exit status, 0 or 1. `mountinfo` is borrowed.
 */
int memory_read(struct memory *m, const char *mountinfo);

#endif
