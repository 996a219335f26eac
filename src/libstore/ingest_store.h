/* The writing side of ingest.h, for the files that share it. */
#ifndef PF_INGEST_STORE_H
#define PF_INGEST_STORE_H

#include "artifact.h"
#include "ingest.h"
#include "names.h"
#include "record.h"

/* A node and the times of its events, as far as they went to the store. */
struct ingest_node {
	const char *name; /* of the present batch */
	int64_t first, last;
	bool changed;
};

/* A group that the present batch changes. */
struct ingest_group {
	const char *key;
	int64_t time;   /* of one of its crashes */
	int64_t change; /* members that come, less those that go */
	bool fresh;     /* nobody has seen it before */
	bool fixed;     /* somebody said so, at `fixed_at` */
	int64_t fixed_at;
};

struct ingest {
	struct db *db;
	struct ingest_options options;
	struct ingest_counts counts; /* of what is committed or rejected */
	struct record_reader reader;
	struct artifacts *artifacts;
	/* What waits for the next commit. */
	struct record **pending;
	size_t pending_count, pending_cap;
	struct ingest_batch **batch;
	size_t batch_count, batch_cap;
	struct ingest_batch lone; /* of lines that nobody began a batch for */
	/* Of the batch that is being written: the place by id, and the groups
	 * that change. */
	struct names ids, groups;
	struct ingest_group *group;
	size_t group_count, group_cap;
	/* Up to when events of a type may have been rolled up, and how often
	 * that was done, all types together. */
	struct names rolled;
	int64_t rolled_runs;
	/* Of so many runs: those that became part of another, and the days that
	 * they were looked up for. */
	struct names rolled_ids, rolled_days;
	int64_t rolled_of;
	/* What is known to be in the store already: the place in `node` by
	 * name, 1, and the id by all five names. */
	struct names nodes, jobs, series, builds;
	struct ingest_node *node;
	size_t node_count, node_cap;
	struct buf scratch;
};

/* Sets db_error from errno: an embedded input could not be kept; always -1. */
int ingest_artifact_failed(struct ingest *in);
/* All of `records` into the tables, inside a transaction; their batches count
 * them. How many it stored, -1 with db_error. */
int64_t
ingest_write(struct ingest *in, struct record *const *records, size_t count);

/* Makes sure that the records' nodes, jobs and series are there, and finds the
 * series' ids. */
int ingest_know(struct ingest *in, struct record *const *records, size_t count);
/* What was learned may not be so: the transaction was rolled back. */
void ingest_forget_known(struct ingest *in);

/* Forgets what was looked up. */
void ingest_forget_rolled(struct ingest *in);
/* Whether an event that is not in the ledger became part of another: 1, 0, or
 * -1 with db_error. Its series must be known. */
int ingest_is_rolled(struct ingest *in, const struct record *r);
/* Whether others became part of an event that is in the ledger; the same. */
int ingest_has_rolled(struct ingest *in, const char *event);

/* What record types do beside their own row. */
int ingest_node_after(struct ingest *in, const struct record *r);
int ingest_job_after(struct ingest *in, const struct record *r);
int ingest_crash_before(struct ingest *in, const struct record *r);
int ingest_crash_forget(struct ingest *in, const char *event);

/* The groups of the crashes that come and go: none yet; there, and nobody
 * else's until the transaction ends; told by their members. */
void ingest_groups_begin(struct ingest *in);
/* `change` members come or go; `key` must live as long as the batch. */
void ingest_group_change(
    struct ingest *in, const char *key, int64_t time, int change);
int ingest_groups_open(struct ingest *in);
int ingest_groups_refresh(struct ingest *in);
/* A crash of the batch, whose group is open: is it one to be told of? */
int ingest_crash_after(struct ingest *in, const struct record *r);

#endif
