/* Threads that answer what only reads, each with a connection of its own. */
#ifndef PF_SERVE_READERS_H
#define PF_SERVE_READERS_H

#include "exchange.h"

struct readers;

struct readers_options {
	const char *db;
	int64_t wait_ms;
	unsigned threads;
	size_t waiting_max;
	exchange_done *done; /* called by a reader's thread */
};

/* NULL after one sentence, with the exit status. The store must be there. */
struct readers *
readers_start(const struct readers_options *options, int *status);
/* False when they are ending, or too many wait. */
bool readers_put(struct readers *r, struct exchange *x);
/* Answers all that waits, and ends. */
void readers_stop(struct readers *r);

#endif
