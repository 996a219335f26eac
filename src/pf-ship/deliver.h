/* Taking what is in the spool to its destination. */
#ifndef PF_SHIP_DELIVER_H
#define PF_SHIP_DELIVER_H

#include "breaker.h"
#include "destination.h"
#include "spool.h"

struct deliver_options {
	struct breaker_limits limits;
	/* Gives up after failing for so long; -1 never. */
	int64_t max_elapsed_ms;
	/* Of the batches in flight; one is always allowed. */
	uint64_t in_flight_bytes;
	/* A byte comes here for every sealed batch, and the end when no more
	 * will be. -1: what is there is all. */
	int notify;
	int signals;     /* a signalfd: readable means leave now */
	const char *url; /* the breaker's */
};

/*
 * Delivers the batches, the oldest first and several at once, and removes each
 * when it was taken. Returns the exit status: 0 when all is delivered or a
 * signal came; 1 when lines were rejected or files damaged; 75 when it gave up,
 * the breaker is open or another holds the spool; 77 or 69 when the
 * destination needs a person.
 */
int deliver_all(struct spool *s, struct destination *d,
    const struct deliver_options *options);

#endif
