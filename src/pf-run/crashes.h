/*
 * Crash inputs: each file that the fuzzer leaves is copied into crashes/ under
 * the hash of its content, told as one event, and then written down with how
 * it was found. The last step is the mark that it was told: a run that is
 * killed in between tells it again under the same id.
 */
#ifndef PF_CRASHES_H
#define PF_CRASHES_H

#include "job.h"
#include "journal.h"
#include "worker_logs.h"

struct crash_file; /* one that waits for the report in a worker's log */

struct crashes {
	const struct job *job;
	struct journal *journal;
	struct job_totals *totals;
	struct worker_logs logs;
	struct crash_file *waiting;
	size_t count, cap;
	int64_t told; /* in this run */
};

void crashes_init(struct crashes *c, const struct job *job,
    struct journal *journal, struct job_totals *totals);
void crashes_release(struct crashes *c);
/* A file in a directory of crashes or hangs, closed after writing. */
void crashes_found(struct crashes *c, enum engine_directory kind,
    const char *dir, const char *name);
/*
 * Tells what waits, if its report is there, its time is up (by the monotonic
 * clock `now_ms`), or `all`.
 */
void crashes_settle(struct crashes *c, int64_t now_ms, bool all);
/* When crashes_settle should be called again; -1 when nothing waits. */
int64_t crashes_due(const struct crashes *c);

#endif
