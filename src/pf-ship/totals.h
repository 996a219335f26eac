/*
 * What was done with this spool, across runs, in its file `totals`. Nothing
 * depends on it: where it is missing or damaged it starts again at 0. A run
 * that is killed has not counted its last seconds.
 */
#ifndef PF_SHIP_TOTALS_H
#define PF_SHIP_TOTALS_H

#include "spool.h"

struct totals {
	uint64_t delivered_lines;
	uint64_t retried_batches; /* handed over again after a failure */
	uint64_t rejected_lines;
	uint64_t dropped_lines; /* for want of room, with --drop-oldest */
};

void totals_write(struct buf *out, const struct totals *t);
/* NULL, or what is wrong, and all are 0 then. */
const char *totals_read(struct totals *t, const char *text, size_t len);

/* Reads the file; one that is damaged is told of. */
void totals_load(const struct spool *s, struct totals *t);
/* Adds to the file what was counted since, and makes *t zero. */
void totals_add(const struct spool *s, struct totals *t);

#endif
