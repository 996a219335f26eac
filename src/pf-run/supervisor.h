/* The supervisor's own state, and how it is told. */
#ifndef PF_SUPERVISOR_H
#define PF_SUPERVISOR_H

#include "crashes.h"
#include "fuzzer.h"
#include "job.h"
#include "journal.h"
#include "watch.h"

struct supervisor {
	struct job *job;
	struct journal *journal;
	struct job_totals totals;
	struct watch watch;
	struct crashes crashes;
	struct fuzzer *fuzzer;
	unsigned count;
	int signals;
	int64_t started_ms, deadline_ms; /* monotonic; no deadline: -1 */
	int64_t next_stats_ms;
	int64_t earlier_run_ms; /* of earlier runs of the job */
	int stop_signal;        /* that asked us to stop; 0 when none did */
	bool timed_up;
	bool announced_running;
	const char *state; /* as last told */
	int64_t cpu_ms, peak_rss_bytes;
};

/* The node event that begins a run. */
void tell_node(struct supervisor *s);
/*
 * A job event, and state.json after it; `f` is the fuzzer whose end led to
 * it, or NULL. `state` is kept.
 */
void tell_job(struct supervisor *s, const char *state, const char *reason,
    const struct fuzzer *f);
/* What the fuzzers say of themselves now, and what came into their corpora. */
void tell_stats(struct supervisor *s);

#endif
