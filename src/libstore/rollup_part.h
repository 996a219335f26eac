/* What the files that roll up share. */
#ifndef PF_ROLLUP_PART_H
#define PF_ROLLUP_PART_H

#include "record.h"
#include "rollup.h"

/* Buckets a transaction: others write between two of them. */
#define BUCKETS 100
/* Times of one owner that are looked at together. */
#define TIMES 5000

/* Whose events they are: a series, or a node. */
struct rollup_owner {
	int64_t series;  /* 0: none yet */
	struct buf node; /* "": none yet */
};

struct rollup_column {
	const char *name;
	enum db_type type;
	int how; /* of struct rollup_rule; -1: the last */
	bool known;
	int64_t integer, count;
	double real;
	struct buf text;
};

struct rollup_work {
	struct db *db;
	const struct record_type *type;
	const struct rollup *rollup;
	struct rollup_column *column;
	size_t columns;
	struct db_statement *owners, *times, *count, *read, *write;
	struct rollup_owner owner;
	int64_t from;           /* the owner's time from which to look on */
	int64_t start[BUCKETS]; /* of the owner's that have several events */
	size_t buckets;
	/* Of the present bucket. */
	struct buf ids;  /* of all that go, in the order of time */
	struct buf gone; /* of those that go now, as a JSON array */
	char kept[33];
	int64_t samples;
};

const char *rollup_owner_column(const struct rollup_work *w);
/* As the first parameter. */
void rollup_bind_owner(struct rollup_work *w, struct db_statement *s);
/* The statement at *s, which is made of `sql` at the first call; releases it.
 */
struct db_statement *
rollup_prepare(struct rollup_work *w, struct db_statement **s, struct buf *sql);

/* Makes the owner's events of the time from `start` on one, in a transaction,
 * and counts them; one alone stays as it is. 0, or -1 with db_error. */
int
rollup_bucket(struct rollup_work *w, int64_t start, struct rollup_done *done);

#endif
