/*
 * Who delivers: the batches in hand, what failed and how long to wait. The loop
 * is in deliver.c, what follows from a result in courier.c.
 */
#ifndef PF_SHIP_COURIER_H
#define PF_SHIP_COURIER_H

#include "breaker_file.h"
#include "deliver.h"
#include "names.h"
#include "parcel.h"
#include "progress.h"
#include "totals.h"

struct courier {
	struct spool *spool;
	struct destination *destination;
	struct buf to; /* its name, for messages */
	const struct deliver_options *options;
	struct spool_names names; /* the oldest, as last listed */
	size_t next;              /* of them */
	struct names stuck; /* what can be neither delivered nor set aside */
	struct parcel *parcel;
	size_t window, loaded, flying;
	uint64_t loaded_bytes;
	bool finishing; /* no more batches will be written for us */
	struct breaker breaker;
	struct breaker_file breaker_file;
	uint64_t handed; /* consignments, counted */
	/* Up to this one they were sent before the last failure was known: it
	 * is theirs, too. */
	uint64_t same_failure;
	int64_t not_before;    /* the next try; clock_monotonic() */
	int64_t failing_since; /* the same; -1: it is not known to */
	struct buf told;       /* the reason last told */
	struct totals totals;
	struct progress progress;
	int status;
	bool stop;
};

/* Ends the delivery, everything else is kept. */
void courier_stop(struct courier *c, int status);
/* The same with 75, told. */
void courier_give_up(struct courier *c);
/* What the parcel's result means: for its lines, and for the next ones. */
void courier_settle(struct courier *c, struct parcel *p);

#endif
