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

/* A line that is refused, with a sentence's rest as reason. `text` may hold
 * any bytes; it is NULL when the line was too long to be kept. */
struct ingest_refused {
	const char *source;
	unsigned long long number;
	const char *text;
	size_t len;
	const char *reason;
};

typedef void ingest_reject(void *context, const struct ingest_refused *line);

/* `db` is borrowed and must have the latest schema. */
struct ingest *ingest_new(struct db *db, ingest_reject *reject, void *context);
/* Drops what was not committed. */
void ingest_free(struct ingest *in);

/*
 * Takes a line for the next commit, or rejects it now. `source` says where the
 * line came from and is borrowed up to the commit.
 */
void ingest_line(struct ingest *in, const char *source,
    unsigned long long number, const char *line, size_t len);
/* Accounts for a line that could not be read as one. */
void ingest_refuse(struct ingest *in, const struct ingest_refused *line);

size_t ingest_pending(const struct ingest *in);
size_t ingest_pending_bytes(const struct ingest *in);

/*
 * Writes what is pending. A line that the schema refuses is rejected and the
 * rest goes in. -1 with db_error: nothing of it is stored, all is pending.
 */
int ingest_commit(struct ingest *in);

const struct ingest_counts *ingest_counts(const struct ingest *in);

#endif
