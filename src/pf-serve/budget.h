/*
 * The memory that all exchanges share: so many bytes for bodies that come, and
 * as many for answers that are on their way to whoever reads them slowly. Who
 * needs much leaves a part of it to the others; one that is alone is never too
 * large.
 */
#ifndef PF_SERVE_BUDGET_H
#define PF_SERVE_BUDGET_H

#include <pthread.h>
#include <stdatomic.h>

#include "exchange.h"

/* How long a body waits for room. */
#define BUDGET_WAIT_MS 5000

struct budget {
	atomic_size_t bodies, answers;
	atomic_size_t max; /* of each; may change */
	pthread_mutex_t lock;
	struct exchange *first, **end; /* that wait for room */
	bool closed;
	exchange_done *go;
};

/* `go` is called when the waiting of one is over, by any thread. */
void budget_init(struct budget *b, size_t max, exchange_done *go);
void budget_release(struct budget *b);

/*
 * Room for a body that is to come. False when there is none, or others wait for
 * it already: then the exchange can be refused, or wait.
 */
bool budget_enter(struct budget *b, struct exchange *x, size_t bytes);
/* Refuses it: the answer is told. */
void budget_refuse(struct exchange *x);
/* It waits, behind the others, for as many bytes. When it is let go its
 * `wanted` is 0 if it has them; else it is refused. */
void budget_wait(struct budget *b, struct exchange *x, size_t bytes);
/* Lets those go that have waited too long; to be called every second or so. */
void budget_check(struct budget *b);
/* Lets all go that wait; from now on nobody does. */
void budget_close(struct budget *b);

/* More bytes of a body that has come. False, with the answer, when there is no
 * room for them. */
bool budget_body(struct budget *b, struct exchange *x, size_t bytes);
/* The same for the answer to a batch of so many lines, which may all be
 * refused. */
bool budget_lines(struct budget *b, struct exchange *x, size_t lines);
/* The answer is there, and the body goes. Where there is no room for it, and
 * nothing was changed, it becomes another one. */
void budget_answer(struct budget *b, struct exchange *x);
/* The exchange is over. */
void budget_return(struct budget *b, struct exchange *x);

#endif
