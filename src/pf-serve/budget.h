/*
 * The memory that all exchanges share: so many bytes for bodies that come, and
 * as many for answers that are on their way to whoever reads them slowly.
 */
#ifndef PF_SERVE_BUDGET_H
#define PF_SERVE_BUDGET_H

#include <stdatomic.h>

#include "exchange.h"

struct budget {
	atomic_size_t bodies, answers;
};

/*
 * More bytes of a body. False, with the answer, when that makes more than `max`
 * of all, of which who needs much leaves a part to the others; one that is
 * alone is never too large.
 */
bool
budget_body(struct budget *b, struct exchange *x, size_t bytes, size_t max);
/* The same for the answer to a batch of so many lines, which may all be
 * refused. */
bool
budget_lines(struct budget *b, struct exchange *x, size_t lines, size_t max);
/* The answer is there, and the body goes. Where there is no room for it, and
 * nothing was changed, it becomes another one. */
void budget_answer(struct budget *b, struct exchange *x, size_t max);
/* The exchange is over. */
void budget_return(struct budget *b, struct exchange *x);

#endif
