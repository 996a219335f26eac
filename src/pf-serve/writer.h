/*
 * The one thread that writes. It takes the batches that wait, all that there
 * are, into one commit and answers them after it: while one group is synced to
 * the disk the next one gathers.
 */
#ifndef PF_SERVE_WRITER_H
#define PF_SERVE_WRITER_H

#include "exchange.h"

struct writer;

struct writer_options {
	const char *db, *artifacts;
	int64_t wait_ms; /* for a store that is busy or away */
	bool announce;
	size_t waiting_max;  /* exchanges */
	exchange_done *done; /* called by the writer's thread */
	/* After each commit that stored something. */
	void (*committed)(void);
};

/* NULL after one sentence, with the exit status. */
struct writer *writer_start(const struct writer_options *options, int *status);
/* False when it is ending, or too many wait. */
bool writer_put(struct writer *w, struct exchange *x);
size_t writer_waiting(struct writer *w);
/* Answers all that waits, and ends. */
void writer_stop(struct writer *w);

struct writer_state {
	/* Milliseconds since the writer last did something, and since it last
	 * wrote with success; it does so now and then without being asked. */
	int64_t idle_ms, written_ms;
	bool failed;   /* what it wrote last did not get there */
	char why[512]; /* the sentence's rest */
};
void writer_state(struct writer *w, struct writer_state *state);

#endif
