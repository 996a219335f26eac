/*
 * A request on its way, from its first byte to the end of its answer. One
 * thread has it at a time.
 */
#ifndef PF_SERVE_EXCHANGE_H
#define PF_SERVE_EXCHANGE_H

#include "hash.h"
#include "libstore/ingest.h"
#include "route.h"

struct exchange {
	struct ingest_batch batch; /* of LANE_BATCH */
	char digest[HASH_TEXT];
	char *key;           /* the sender's; NULL */
	struct buf rejected; /* the answer's list, without its brackets */

	struct request request;
	struct answer answer;
	const struct route *route;
	int64_t began;     /* clock_monotonic() */
	size_t held, owed; /* bytes that its body and its answer stand for */
	size_t wanted;     /* of its body, while it waits in budget.h */
	int64_t asked;     /* since then; clock_monotonic() */
	void *transport;   /* of http.c alone */
	struct exchange *next;
};

/* The answer is there: it goes on its way, and the exchange is not ours any
 * more. */
typedef void exchange_done(struct exchange *x);

#endif
