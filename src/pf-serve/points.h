/* The points of a series as they are asked for and told. */
#ifndef PF_SERVE_POINTS_H
#define PF_SERVE_POINTS_H

#include "emit.h"
#include "libstore/query_series.h"
#include "route.h"

struct points {
	struct query_span asked; /* the step: 0 when it is to be found */
	int64_t most;            /* points of one series */
	int64_t least_step;      /* of the pages before this one */
	bool any;                /* there is something to tell */
	struct query_span span;  /* of all that was seen, with its step */
};

/* since, until, and either points or step_seconds; false with an answer made.
 */
bool points_read(struct points *p, const struct request *r, struct answer *a);
/* Widens the span to a series's samples. 0, or -1 with db_error. */
int points_see(struct points *p, struct db *db, const struct query_kind *kind,
    const struct query_owner *owner);
/* When all were seen: finds the step. False with an answer made: the step that
 * was asked for makes too many points. */
bool points_settle(struct points *p, struct answer *a);
/* How many points a series has at most. */
int64_t points_count(const struct points *p);
/* step_seconds and points, as members. 0, or -1 with db_error. */
int points_emit(const struct points *p, struct emit *e, struct db *db,
    const struct query_kind *kind, const struct query_owner *owner);

#endif
