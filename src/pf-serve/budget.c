/* Two sums, and a line of those who wait for one of them. */
#include "budget.h"

#include "clock.h"

/* Who needs more than that leaves a quarter of all to the others. */
#define SMALL (256 * 1024)
/* What the answer takes that refuses one line. */
#define LINE_REFUSED 96

void
budget_init(struct budget *b, size_t max, exchange_done *go)
{
	*b = (struct budget){.go = go};
	atomic_store(&b->max, max);
	b->end = &b->first;
	pthread_mutex_init(&b->lock, NULL);
}

void
budget_release(struct budget *b)
{
	pthread_mutex_destroy(&b->lock);
}

/* More of it for one who has some; false when it is too much. */
static bool
take(struct budget *b, atomic_size_t *all, size_t *own, size_t bytes)
{
	size_t before = atomic_fetch_add(all, bytes);
	size_t max = atomic_load(&b->max);

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
take_body(struct budget *b, struct exchange *x, size_t bytes)
{
	if (take(b, &b->bodies, &x->held, bytes))
		return true;
	give_back(&b->bodies, &x->held);
	return false;
}

/* Under the lock. */
static void
let_first_go(struct budget *b)
{
	struct exchange *x = b->first;

	b->first = x->next;
	if (b->first == NULL)
		b->end = &b->first;
	b->go(x);
}

/* Under the lock: those for whom there is room, in their order. */
static void
admit(struct budget *b)
{
	while (b->first != NULL && take_body(b, b->first, b->first->wanted)) {
		b->first->wanted = 0;
		let_first_go(b);
	}
}

bool
budget_enter(struct budget *b, struct exchange *x, size_t bytes)
{
	bool room;

	if (bytes == 0)
		return true;
	pthread_mutex_lock(&b->lock);
	room = b->first == NULL && take_body(b, x, bytes);
	pthread_mutex_unlock(&b->lock);
	return room;
}

void
budget_wait(struct budget *b, struct exchange *x, size_t bytes)
{
	x->wanted = bytes;
	x->asked = clock_monotonic();
	x->next = NULL;
	pthread_mutex_lock(&b->lock);
	*b->end = x;
	b->end = &x->next;
	/* There may be room by now. */
	admit(b);
	while (b->closed && b->first != NULL)
		let_first_go(b);
	pthread_mutex_unlock(&b->lock);
}

void
budget_check(struct budget *b)
{
	int64_t now = clock_monotonic();

	pthread_mutex_lock(&b->lock);
	admit(b);
	while (b->first != NULL && now - b->first->asked > BUDGET_WAIT_MS)
		let_first_go(b);
	pthread_mutex_unlock(&b->lock);
}

void
budget_close(struct budget *b)
{
	pthread_mutex_lock(&b->lock);
	b->closed = true;
	while (b->first != NULL)
		let_first_go(b);
	pthread_mutex_unlock(&b->lock);
}

void
budget_refuse(struct exchange *x)
{
	answer_busy(&x->answer, "too much is being sent at once");
}

bool
budget_body(struct budget *b, struct exchange *x, size_t bytes)
{
	bool room = take(b, &b->bodies, &x->held, bytes);

	if (!room)
		budget_refuse(x);
	return room;
}

bool
budget_lines(struct budget *b, struct exchange *x, size_t lines)
{
	bool room = take(b, &b->answers, &x->owed, lines * LINE_REFUSED);

	if (!room)
		budget_refuse(x);
	return room;
}

void
budget_answer(struct budget *b, struct exchange *x)
{
	bool room;

	buf_release(&x->request.body);
	budget_return(b, x);
	pthread_mutex_lock(&b->lock);
	admit(b);
	pthread_mutex_unlock(&b->lock);
	room = take(b, &b->answers, &x->owed, x->answer.body.len);
	if (room || x->answer.status != 200 ||
	    x->request.method != METHOD_GET || x->route->lane == LANE_HERE)
		return;
	give_back(&b->answers, &x->owed);
	answer_busy(&x->answer, "too much is being read at once");
}

void
budget_return(struct budget *b, struct exchange *x)
{
	give_back(&b->bodies, &x->held);
	give_back(&b->answers, &x->owed);
}
