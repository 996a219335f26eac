/*
 * Event lines into the store, each event once. Lines are gathered; a commit
 * writes them in one transaction and returns when they are on the disk.
 *
 * An event that is there with the same or a higher rev is a duplicate; a
 * higher rev takes the lower's place in all tables, and in its group.
 */
#ifndef PF_INGEST_H
#define PF_INGEST_H

#include "db.h"

struct ingest;

struct ingest_counts {
	uint64_t stored, duplicate, rejected;
};

/*
 * Lines that came together. The caller owns it and keeps it up to the commit,
 * after which `counts` is what became of its lines.
 */
struct ingest_batch {
	/* Its sender's key, and a digest (32 hex digits) of what was sent; both
	 * NULL when it has none. */
	const char *key, *digest;
	/* The only node that its lines may be of; NULL: any. */
	const char *node;
	struct ingest_counts counts;
};

/* A line that is refused, with a sentence's rest as reason. `text` may hold
 * any bytes; it is NULL when the line was too long to be kept. */
struct ingest_refused {
	struct ingest_batch *batch;
	const char *source;
	unsigned long long number;
	const char *text;
	size_t len;
	const char *reason;
};

typedef void ingest_reject(void *context, const struct ingest_refused *line);

/* All borrowed for as long as the ingest lives. */
struct ingest_options {
	/* The only node that lines may be of which came in no batch; NULL: any.
	 */
	const char *node;
	/* Where embedded inputs go; NULL: there is no such place, and a batch
	 * with one fails. */
	const char *artifacts;
	/* Lines stay where they are until the commit, and are not copied. */
	bool lines_stay;
	/* Whether crashes of groups that are new, or back, are kept to be told
	 * of: group.h. */
	bool announce;
	/* For how long a batch is tried again that lost against other writers
	 * or whose connection is gone. */
	int64_t wait_ms;
	ingest_reject *reject;
	void *context;
};

/* `db` is borrowed and must have the latest schema. */
struct ingest *ingest_new(struct db *db, const struct ingest_options *options);
/* Drops what was not committed. NULL is allowed. */
void ingest_free(struct ingest *in);

/*
 * What follows, up to the next begin or commit, are lines of this batch. One
 * commit can take many batches; two of one key are one too many.
 */
void ingest_begin(struct ingest *in, struct ingest_batch *batch);
/*
 * Takes a line for the next commit, or rejects it now. `source` says where the
 * line came from and is borrowed up to the commit, as is a line that is longer
 * than EVENT_LINE_MAX; other lines are copied unless they stay.
 */
void ingest_line(struct ingest *in, const char *source,
    unsigned long long number, const char *line, size_t len);
/* Accounts for a line that could not be read as one. */
void ingest_refuse(struct ingest *in, struct ingest_refused *line);

/* What waits for the commit: events, and the memory that they take. */
size_t ingest_pending(const struct ingest *in);
size_t ingest_pending_bytes(const struct ingest *in);

/*
 * Writes what is pending. A line that the schema refuses is rejected and the
 * rest goes in. -1 with db_error: nothing of it is stored, all is pending.
 */
int ingest_commit(struct ingest *in);
/* Forgets what is pending, and its batches. */
void ingest_drop(struct ingest *in);

/*
 * Whether a batch of that key was stored before: 0 not, 1 with the same
 * digest, 2 with another, -1 with db_error.
 */
int ingest_seen_batch(struct ingest *in, const char *key, const char *digest);

/* Of all that was committed or rejected. */
const struct ingest_counts *ingest_counts(const struct ingest *in);

#endif
