/*
 * Old series in less room: the events of a series in one hour, or one day,
 * become one. It is the last of them, with the last value that each column had
 * in that time; rates are means, peaks the highest, what counts new things a
 * sum (record.h). Totals stay what they are. What testcases were found stays
 * beside the event that is left.
 *
 * The ids of the others are kept: one that comes again is a duplicate, and one
 * that comes late, for the first time, is stored.
 */
#ifndef PF_ROLLUP_H
#define PF_ROLLUP_H

#include "db.h"

struct rollup {
	const char *type; /* of events: "stats" */
	int64_t step;     /* milliseconds: an hour or a day */
	int64_t before;   /* what is older is rolled up, in whole steps */
	bool dry_run;
};

struct rollup_done {
	uint64_t events; /* that were there */
	uint64_t left;   /* of them */
};

/* Types that can be rolled up; ends with NULL. */
extern const char *const rollup_types[];

/*
 * In many short transactions, each of which leaves the store as good as it
 * was; adds to *done as it goes. 0, or -1 with db_error.
 */
int rollup_run(
    struct db *db, const struct rollup *rollup, struct rollup_done *done);

#endif
