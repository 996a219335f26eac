/*
 * Series in as many points as are asked for, however long they are. Time is
 * cut into steps that begin at multiples of their length, and of each that has
 * samples one point is made: of totals and peaks the most, of rates the mean
 * of the samples, of what goes up and down what the last sample told.
 */
#ifndef PF_QUERY_SERIES_H
#define PF_QUERY_SERIES_H

#include "db.h"

enum query_how { QUERY_MOST, QUERY_LEAST, QUERY_MEAN, QUERY_SUM, QUERY_LAST };
/* How a value is to be told; FLAG is 0 or 1. */
enum query_form { QUERY_COUNT, QUERY_AMOUNT, QUERY_TIME, QUERY_FLAG };

struct query_column {
	const char *name; /* as events have it */
	enum query_how how;
	enum query_form form;
};

/* What there are series of. Columns end with a NULL name, those that are the
 * last sample's come last. */
struct query_kind {
	const char *table;
	const char *where; /* of one series: ?1 and, of a disk, ?2 */
	const struct query_column *columns;
};

/* Of a series by its id; of a node by its name; of a node's disk by both. */
extern const struct query_kind query_stats, query_coverage;
extern const struct query_kind query_resources, query_disks;

struct query_owner {
	int64_t series;
	const char *node;  /* not NULL: of this node, and no series */
	const char *mount; /* of a disk; else NULL */
};

struct query_span {
	int64_t since, until; /* times, from the first to before the last */
	int64_t step;         /* milliseconds */
};

/* From the first sample to behind the last one of those in the span; false in
 * *any when there is none. */
int query_series_bounds(struct db *db, const struct query_kind *kind,
    const struct query_owner *owner, const struct query_span *span, bool *any,
    struct query_span *bounds);
/*
 * One point. `values` is a JSON array: how many samples there were, then the
 * columns in their order; `last` one of those that are the last sample's, NULL
 * when the kind has none of them.
 */
struct query_bucket {
	int64_t start;
	const char *values, *last;
};
/* Of a span that is no longer than some thousand steps. */
int query_series_points(struct db *db, const struct query_kind *kind,
    const struct query_owner *owner, const struct query_span *span,
    int (*each)(void *context, const struct query_bucket *bucket),
    void *context);

/* The columns of a row of query_series_list, by which db_column_… has them. */
enum series_column {
	SERIES_ID,
	SERIES_NODE,
	SERIES_JOB,
	SERIES_TARGET,
	SERIES_FUZZER,
	SERIES_INSTANCE
};
struct series_filter {
	const char *node, *job, *target, *fuzzer; /* NULL: any */
	int64_t after;                            /* an id */
	struct query_span span;                   /* that has samples */
};
/* By id, `limit` at most. `kind` is of series. */
int query_series_list(struct db *db, const struct query_kind *kind,
    const struct series_filter *filter, int64_t limit,
    int (*each)(void *context, struct db_statement *row), void *context);
/* The mounts that a node told of last, `limit` at most. */
int query_mounts(struct db *db, const char *node, int64_t limit,
    int (*each)(void *context, struct db_statement *row), void *context);

#endif
