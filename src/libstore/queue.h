/*
 * The queue of jobs. A job that is handed out is held under a lease, which
 * carries an epoch: whoever holds an older epoch has nothing to say any more.
 *
 * Jobs are handed out by priority, then by turns: one of each target in a
 * round, then by age. A lane is what a job asks of a node: its tier, and the
 * capabilities that the node must have.
 *
 * Times are milliseconds since the epoch. Functions that return an enum
 * queue_answer set db_error on QUEUE_FAILED; each is one transaction.
 */
#ifndef PF_QUEUE_H
#define PF_QUEUE_H

#include "db.h"

enum queue_answer {
	QUEUE_FAILED = -1,
	QUEUE_DONE,
	QUEUE_NONE,      /* no job is free; there is no such job */
	QUEUE_THERE,     /* it is in the queue already, just so */
	QUEUE_OTHER,     /* the same, but it is another job of that name */
	QUEUE_CANCELLED, /* somebody does not want it any more */
	QUEUE_LOST       /* the lease is another's, or nobody's */
};

/* A job to be queued; all borrowed. */
struct queue_job {
	const char *name, *target;
	const char *fuzzer; /* NULL: not said */
	const char *tier;   /* "": none */
	const char *needs; /* capabilities as a JSON array, sorted, each once */
	const char *spec;  /* the whole job line */
	int64_t priority, max_attempts;
};

/*
 * QUEUE_DONE, QUEUE_THERE or QUEUE_OTHER. A job that has come to its end is
 * queued again. For many jobs: between queue_begin and queue_commit, which are
 * db_begin and db_commit; a failure undoes all since.
 */
enum queue_answer
queue_submit(struct db *db, const struct queue_job *job, int64_t now);

/* Who asks, and for what. */
struct queue_claim {
	const char *node;
	const char *capabilities; /* a JSON array; NULL: what the node told */
	const char *tiers;        /* a JSON array; empty: any */
	int64_t now, lease_ms;
	/* Kept from claim to claim, zero before the first: the node is in the
	 * store, and when leases are to be looked at again. */
	bool known;
	int64_t next_sweep;
};

/* What was handed out; released by queue_lease_release. */
struct queue_lease {
	char *name, *spec;
	int64_t epoch, attempt, until;
};

/* QUEUE_DONE or QUEUE_NONE. Leases that have ended are taken back first, but
 * not more than once a second. */
enum queue_answer queue_claim(
    struct db *db, struct queue_claim *claim, struct queue_lease *lease);
void queue_lease_release(struct queue_lease *lease);

/* All of these may answer QUEUE_NONE, QUEUE_CANCELLED or QUEUE_LOST. */
enum queue_answer queue_renew(
    struct db *db, const char *name, int64_t epoch, int64_t now, int64_t until);
/* `state`, one of finished, failed and timed_out, is the end of it; `reason`
 * may be NULL. */
enum queue_answer queue_finish(struct db *db, const char *name, int64_t epoch,
    int64_t now, const char *state, const char *reason);
/* Back into the queue, or failed when it was tried often enough. */
enum queue_answer queue_fail(struct db *db, const char *name, int64_t epoch,
    int64_t now, const char *reason);
/* Whoever has it learns of it at the next renewal. QUEUE_LOST: it had ended
 * before. */
enum queue_answer
queue_cancel(struct db *db, const char *name, int64_t now, const char *reason);

/* Takes back the leases that have ended: how many, or -1. */
int64_t queue_sweep(struct db *db, int64_t now);

struct queue_entry {
	const char *name, *state, *node, *reason; /* NULL: none */
	const char *target, *fuzzer, *tier, *needs;
	const char *spec; /* NULL in a list, or never was in the queue */
	int64_t state_time, priority, turn, queued_at, attempt, max_attempts,
	    epoch, lease_until; /* -1 where there is none */
};
struct queue_filter {
	const char *state, *target, *node; /* NULL: any */
};
/* By name. A callback that returns non-zero ends it; 0, or -1 with db_error. */
int queue_list(struct db *db, const struct queue_filter *filter,
    int (*each)(void *context, const struct queue_entry *entry), void *context);
/* The same, of those after the name `after`, `limit` at most: a page. */
int queue_page(struct db *db, const struct queue_filter *filter,
    const char *after, int64_t limit,
    int (*each)(void *context, const struct queue_entry *entry), void *context);
/* One by its name, or none. */
int queue_show(struct db *db, const char *name,
    int (*each)(void *context, const struct queue_entry *entry), void *context);

#endif
