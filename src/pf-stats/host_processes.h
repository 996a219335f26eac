/* Who runs: fuzzers, zombies, and what a supervisor has left behind. */
#ifndef PF_HOST_PROCESSES_H
#define PF_HOST_PROCESSES_H

#include <stdbool.h>
#include <stdint.h>

#include "process.h"

struct process_counts {
	uint64_t processes, zombies, fuzzers, orphans;
};

/*
 * Fuzzers are what a pf-run's keeper has started, and afl-fuzz and honggfuzz
 * whoever started them; what runs below one is no further one, and of a
 * supervised command that starts some only those count. Orphans are the living
 * processes of jobs that have neither a pf-run nor a keeper above them:
 * `is_orphan` is asked of those that may be the topmost of such, which are few.
 */
void processes_count(const struct process_table *t,
    bool (*is_orphan)(pid_t pid), struct process_counts *c);
/*
 * Whether the process has PF_JOB in its environment, as pf-run gives it, and
 * no supervisor above it now. False also where we may not read that.
 */
bool process_is_orphan(pid_t pid);
/* Whether PF_JOB is one of the `n` bytes of NUL-terminated variables. */
bool environ_names_job(const char *environ, size_t n);

#endif
