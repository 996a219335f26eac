/*
 * What pf-run has written down of a job: job.json, and state.json with what
 * each fuzzer has done over all its starts.
 */
#ifndef PF_KEPT_H
#define PF_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "fuzzer_process.h"
#include "libengine/stats.h"

struct kept_job;
struct source;

/* One fuzzer; counts are STATS_UNKNOWN where the file has none. */
struct kept {
	const struct kept_job *job;
	char *instance;
	int64_t execs, crashes, hangs, ooms;
	/* As it stood when the file was written; pid is this machine's. */
	int64_t pid, corpus_count;
};

struct kept_job {
	char *job, *target, *fuzzer; /* NULL where job.json has none */
	struct kept *fuzzers;
	size_t count, cap;
	int64_t time_ms; /* of state.json */
	struct timespec changed;
	bool has_state; /* state.json could be read */
	bool held;      /* a supervisor holds the lock */
	bool elsewhere; /* on another machine, perhaps */
	bool ended;     /* the supervisor told its end */
};

/*
 * Reads both of the job's directory. What cannot be read is named, and told by
 * the exit status: 0, 1 or 77.
 */
int kept_read(struct kept_job *k, const struct source *from, int job_fd);
void kept_release(struct kept_job *k);
/* Whether state.json was written anew since it was read. */
bool kept_is_old(const struct kept_job *k, int job_fd);
/* Of one fuzzer; NULL when the file does not name it. */
const struct kept *kept_of(const struct kept_job *k, const char *instance);
/* What it knows better than the fuzzer's own files: totals over all starts. */
void kept_complete(const struct kept *k, struct stats *s);
/*
 * Sets state, alive and pid of a fuzzer whose own files tell nothing of its
 * process.
 */
void kept_judge(const struct kept *k, struct stats *s);

#endif
