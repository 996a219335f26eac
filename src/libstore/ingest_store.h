/* The writing side of ingest.h, for the files that share it. */
#ifndef PF_INGEST_STORE_H
#define PF_INGEST_STORE_H

#include "ingest.h"
#include "record.h"

struct ingest {
	struct db *db;
	ingest_reject *reject;
	void *context;
	struct ingest_counts counts; /* of what is committed or rejected */
	/* What waits for the next commit. */
	struct record **pending;
	size_t pending_count, pending_cap, pending_bytes;
	uint64_t rejected_since; /* the last commit */
};

enum ingest_outcome { INGEST_FAILED = -1, INGEST_STORED, INGEST_DUPLICATE };
/* One event into the ledger and its tables, inside a transaction. */
enum ingest_outcome ingest_event(struct ingest *in, const struct record *r);

/* Store functions of record types. */
int ingest_row(struct ingest *in, const struct record *r);
int ingest_node(struct ingest *in, const struct record *r);
int ingest_job(struct ingest *in, const struct record *r);
int ingest_crash(struct ingest *in, const struct record *r);
int ingest_crash_forget(struct ingest *in, const char *event);

#endif
