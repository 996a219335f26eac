/* One process of the engine: its child, its output and its place in life. */
#ifndef PF_FUZZER_H
#define PF_FUZZER_H

#include "blocker.h"
#include "child.h"
#include "corpus.h"
#include "health.h"
#include "job.h"
#include "journal.h"
#include "logfile.h"
#include "machine.h"
#include "quarantine.h"

/* Why a process must not run, as bits. */
enum fuzzer_hold { FUZZER_HOLD_SPACE = 1, FUZZER_HOLD_MINIMIZE = 2 };

struct fuzzer {
	const struct job *job;
	unsigned index;
	char *instance;
	enum machine_state state;
	struct child child;
	struct child_end end; /* of the last start, if `ended` */
	bool ended;           /* it was started, and is gone */
	int64_t due_ms;       /* MACHINE_WAITING: when to start */
	int64_t started_ms;
	int64_t grace_end_ms; /* when patience with a stop ends */
	int64_t pause_ms;     /* before the next start, as its end asks for */
	unsigned failures;    /* in a row, each soon after its start */
	bool doubtful;        /* its last end was ENGINE_DOUBTFUL */
	unsigned held;        /* bits of enum fuzzer_hold */
	char *cause;          /* why we have it end; NULL or owned */
	char *reason;         /* why it ended last; NULL or owned */
	const char *alert;    /* that fired for it, until it runs again */
	bool killed;          /* that was asked of its keeper already */
	bool found;           /* that was a find, as is usual for the engine */
	bool failed;          /* MACHINE_ENDED for good, by MACHINE_FAIL */
	bool down;            /* it did not run when all were stopped */
	struct health health;
	struct blocker blocker;
	struct quarantine *quarantine; /* the job's; NULL: there is none */

	int output; /* read end of what it prints; -1 when closed */
	struct buf line;
	struct engine_log *log;
	struct logfile file;
	struct corpus corpus;
	struct stats stats; /* as the engine gave them last */
	bool stats_fresh;   /* and not told yet */
	bool stats_told;
	int64_t found_told;   /* crashes, hangs and so on, as last told */
	int64_t execs_before; /* what earlier starts have done */
	int64_t execs;        /* what this one has, as last counted */

	/* Called before a part of its log may go for good. */
	void (*log_full)(void *context);
	void *context;
};

void fuzzer_init(struct fuzzer *f, const struct job *job, unsigned index);
void fuzzer_release(struct fuzzer *f);
/*
 * Starts a command of process `index` with all that holds it: limits,
 * processors, user, sandbox; its output goes to `out`. -1 with errno.
 */
int
fuzzer_start_child(struct child *child, const struct job *job, unsigned index,
    const struct strvec *argv, const struct strvec *env, int out);
/* 0, or -1 with errno. */
int fuzzer_start(struct fuzzer *f);
/* Reads what it printed, without waiting; true when there may be more. */
bool fuzzer_read(struct fuzzer *f);
/* Whether both processes work on one corpus. */
bool fuzzer_share(const struct fuzzer *a, const struct fuzzer *b);
/* Whether it runs now, so that its health is to be looked at. */
bool fuzzer_runs(const struct fuzzer *f);
/*
 * Looks at what the child did. False while it lives; else the event that its
 * end is, with f->reason set and its output read to the end.
 */
bool fuzzer_gone(struct fuzzer *f, enum machine_event *event);
/* Sends the engine's stop signal and begins the grace time. */
void fuzzer_ask(struct fuzzer *f);
/* Brings f->execs up to date; its statistics are still told. */
void fuzzer_count(struct fuzzer *f);
/*
 * Appends the data of a stats event and gives its time: what the engine says,
 * with totals over all starts and the counts of distinct inputs. False when
 * nothing was heard since the last call.
 */
bool fuzzer_stats(struct fuzzer *f, const struct job_counts *counts,
    struct buf *data, int64_t *time_ms);

#endif
