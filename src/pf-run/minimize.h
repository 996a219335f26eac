/*
 * A corpus that has grown too large is made small by the fuzzer's own means:
 * in a copy beside it, PATH.minimized, that takes its place at once and whole.
 * Killed at any moment the old or the new one is there; what is beside it then
 * is of no more use and goes at the next time.
 *
 *	due      minimize_due, of a corpus that was counted
 *	asked    minimize_ask; the process (or all that share it) is held
 *	running  minimize_start, once it is; then minimize_step, until
 *	ended    it tells a result; the process is released
 */
#ifndef PF_MINIMIZE_H
#define PF_MINIMIZE_H

#include "child.h"
#include "corpus.h"
#include "job.h"
#include "logfile.h"

struct minimize_size {
	uint64_t count, bytes;
};

enum minimize_state {
	MINIMIZE_IDLE,
	MINIMIZE_ASKED,   /* waits for the fuzzer to be held */
	MINIMIZE_RUNNING, /* the fuzzer's own minimizer */
	MINIMIZE_SYNCING, /* its result, to the disk */
};

enum minimize_result {
	MINIMIZE_NOTHING, /* it goes on, or nothing does */
	MINIMIZE_DONE,    /* the smaller corpus is in place */
	MINIMIZE_FAILED,  /* the old one is; m->why says why */
	MINIMIZE_STOPPED  /* the same, by minimize_stop */
};

struct minimize {
	const struct job *job;
	enum minimize_state state;
	unsigned index;  /* of the process whose corpus it is */
	char *from, *to; /* relative to the job's directory; NULL when idle */
	struct child child;
	int output; /* read end of what it prints; -1 when there is none */
	struct logfile log;
	int64_t deadline_ms;
	bool stopped;
	struct minimize_size before, after;
	char *why; /* the last failure; NULL or owned */
	/* What the last one left of each process's corpus; 0: none yet. */
	struct minimize_size *left;
	unsigned count;
};

/*
 * Pure: whether a corpus of this size is to be minimized: it is over a bound
 * (0: none) and in that has grown by half over what the last one left.
 */
bool minimize_due(struct minimize_size now, struct minimize_size max,
    struct minimize_size left);

/* `count` processes; what an earlier run left is read from minimized.json. */
void minimize_init(struct minimize *m, const struct job *job, unsigned count);
/* Kills what runs. */
void minimize_release(struct minimize *m);
/*
 * True when the corpus of process `index` is due and nothing else goes on: it
 * is asked for then, and the caller holds the process.
 */
bool minimize_ask(struct minimize *m, unsigned index, const struct corpus *c);
/* Its process will not be held: nothing is done. */
void minimize_cancel(struct minimize *m);
/* The process is held. -1 when it could not be started; m->why says why. */
int minimize_start(struct minimize *m, int64_t now_ms);
/*
 * Call it when m->child.fd or m->output is readable and when minimize_until
 * has come. After MINIMIZE_DONE or MINIMIZE_FAILED it is idle.
 */
enum minimize_result minimize_step(struct minimize *m, int64_t now_ms);
/* When to call minimize_step at the latest; -1 when idle or asked. */
int64_t minimize_until(const struct minimize *m);
/* Ends it; minimize_step tells when it has. */
void minimize_stop(struct minimize *m);

#endif
