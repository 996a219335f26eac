/* Exchanges that wait, in the order in which they came, for threads. */
#ifndef PF_SERVE_WAITING_H
#define PF_SERVE_WAITING_H

#include <pthread.h>

#include "exchange.h"

struct waiting {
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct exchange *first, **end;
	size_t count, max;
	bool closed;
};

void waiting_init(struct waiting *w, size_t max);
void waiting_release(struct waiting *w);
/* False when it is closed, or as many wait as may. */
bool waiting_put(struct waiting *w, struct exchange *x);
/*
 * The first one, for which it waits up to `limit_ms` (-1: for ever). NULL when
 * the time is over, or when it is closed and empty, with *closed.
 */
struct exchange *
waiting_take(struct waiting *w, int64_t limit_ms, bool *closed);
/* The first one if `wants` likes it, without waiting; or NULL. */
struct exchange *waiting_take_if(struct waiting *w,
    bool (*wants)(void *context, const struct exchange *x), void *context);
/* Nothing more comes in; what is there is still taken. */
void waiting_close(struct waiting *w);
size_t waiting_count(struct waiting *w);

#endif
