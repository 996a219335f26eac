/*
 * One job: what is to be run, where, and its directory on disk.
 *
 *	job.json      the job as it was given
 *	state.json    how it stands; written whole or not at all
 *	lock          held while it runs
 *	crashes/      <xxh128>, and <xxh128>.json: how it was found
 *	log/          what the fuzzer printed
 *	events.jsonl  everything that was told
 */
#ifndef PF_JOB_H
#define PF_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "child.h"
#include "libengine/engine.h"
#include "strvec.h"

struct job {
	char *name;
	char *target;    /* base name of the target's program */
	char *directory; /* absolute */
	const struct engine *engine;
	struct engine_job run;
	/* Owned, absolute or NULL or empty; `run` points to them. */
	struct strvec command, variants, foreign, crash_patterns;
	char *seeds, *dictionary, *cmplog, *crash_dir;
	char build_id[65];   /* "" when there is none */
	int64_t duration_ms; /* 0: until it is stopped */
	int64_t grace_ms, interval_ms;
	int64_t backoff_ms, backoff_max_ms;
	int64_t stall_ms; /* without a sign of life; 0: not watched */
	uint64_t log_max_bytes;
	uint64_t min_free_bytes; /* of the disk, below which nothing runs */
	uint64_t disk_max_bytes; /* of the job's directory; 0: no bound */
	/* A larger corpus is minimized; 0: no bound. */
	uint64_t corpus_max_count, corpus_max_bytes;
	unsigned restarts_max; /* quick failures in a row */
	/* What each fuzzer process is given; see child.h. */
	uint64_t file_size_max, open_files_max;
	cpu_set_t cpus;
	bool cpus_set, sandbox, network;
	bool mode_given; /* run.mode is not the default */
	enum child_containment containment;
	char *user; /* NULL: ours */
	uid_t uid;
	gid_t gid;

	int fd, crashes_fd, log_fd, lock_fd; /* -1 until job_open */
	unsigned attempt; /* times the job was run, this one included */
};

void job_init(struct job *job);
void job_release(struct job *job);
/*
 * Creates the directory and what belongs in it, takes the lock, writes
 * job.json. Returns 0, or an exit status after one sentence: 75 when the job
 * runs already.
 */
int job_open(struct job *job);

/* What one fuzzer process has done over all its starts. */
struct job_counts {
	char *instance;
	int64_t crashes, hangs, ooms; /* distinct inputs */
	int64_t execs;
	/* As it stands now. */
	pid_t pid; /* 0 when it does not run */
	uint64_t rss_bytes, corpus_count;
};

/* Numbers that go on from one run of the job to the next. */
struct job_totals {
	struct job_counts *of;
	size_t count, cap;
	int64_t restarts;
	int64_t run_ms;
	int64_t last_start_ms; /* wall clock; 0 when there was none */
};

/*
 * Reads them from state.json and from crashes/, all zero for a fresh job, and
 * counts the attempt.
 */
void job_totals_load(struct job *job, struct job_totals *totals);
void job_totals_release(struct job_totals *totals);
/* The row of an instance, which is added if it is not there. */
struct job_counts *
job_counts_of(struct job_totals *totals, const char *instance);
/*
 * Counts one crash input by its kind (NULL: a crash proper; "killed", the work
 * of somebody outside, is none).
 */
void job_counts_add(struct job_counts *counts, const char *kind);
/* -1 with errno. `state` and `blocked_by` (or NULL) as in a job event. */
int job_state_save(const struct job *job, const char *state,
    const char *blocked_by, const struct job_totals *totals);
/* The absolute directories that the fuzzer writes to, added to `out`. */
void job_writable(const struct job *job, struct strvec *out);
/* What below /tmp it reads: a sandbox has a /tmp of its own. */
void job_readable(const struct job *job, struct strvec *out);

#endif
