/* The supervisor's own state, shared by what it does and what it tells. */
#ifndef PF_SUPERVISOR_H
#define PF_SUPERVISOR_H

#include "crashes.h"
#include "fuzzer.h"
#include "job.h"
#include "journal.h"
#include "minimize.h"
#include "space.h"
#include "watch.h"

struct supervisor {
	struct job *job;
	struct journal *journal;
	struct job_totals totals;
	struct watch watch;
	struct crashes crashes;
	struct space space;
	struct minimize minimize;
	struct quarantine quarantine;
	struct fuzzer *fuzzer;
	unsigned count;
	int signals;
	int64_t started_ms, deadline_ms; /* monotonic; no deadline: -1 */
	int64_t next_stats_ms, next_node_ms;
	int64_t next_corpora_ms; /* -1: with the next statistics */
	int64_t earlier_run_ms;  /* of earlier runs of the job */
	int stop_signal;         /* that asked us to stop; 0 when none did */
	bool timed_up;
	bool announced_running;
	bool state_unsaved; /* told once that state.json cannot be written */
	const char *state;  /* as last told */
	int64_t cpu_ms, peak_rss_bytes;
};

#endif
