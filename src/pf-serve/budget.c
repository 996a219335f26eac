/* Two sums. */
#include "budget.h"

/* Who needs more than that leaves a quarter of all to the others. */
#define SMALL (256 * 1024)
/* What the answer takes that refuses one line. */
#define LINE_REFUSED 96

/* More of it for one who has some; false when it is too much. */
static bool
take(atomic_size_t *all, size_t *own, size_t bytes, size_t max)
{
	size_t before = atomic_fetch_add(all, bytes);

	*own += bytes;
	if (*own > SMALL)
		max -= max / 4;
	return bytes == 0 || before + bytes <= max || before + bytes == *own;
}

static void
give_back(atomic_size_t *all, size_t *own)
{
	atomic_fetch_sub(all, *own);
	*own = 0;
}

static bool
refuse(struct exchange *x, const char *why)
{
	answer_busy(&x->answer, why);
	return false;
}

bool
budget_body(struct budget *b, struct exchange *x, size_t bytes, size_t max)
{
	return take(&b->bodies, &x->held, bytes, max) ||
	    refuse(x, "too much is being sent at once");
}

bool
budget_lines(struct budget *b, struct exchange *x, size_t lines, size_t max)
{
	return take(&b->answers, &x->owed, lines * LINE_REFUSED, max) ||
	    refuse(x, "too much is being sent at once");
}

void
budget_answer(struct budget *b, struct exchange *x, size_t max)
{
	buf_release(&x->request.body);
	budget_return(b, x);
	if (take(&b->answers, &x->owed, x->answer.body.len, max) ||
	    x->answer.status != 200 || x->request.method != METHOD_GET ||
	    x->route->lane == LANE_HERE)
		return;
	give_back(&b->answers, &x->owed);
	refuse(x, "too much is being read at once");
}

void
budget_return(struct budget *b, struct exchange *x)
{
	give_back(&b->bodies, &x->held);
	give_back(&b->answers, &x->owed);
}
