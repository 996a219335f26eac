/* A list under a lock. */
#include "waiting.h"

#include <errno.h>
#include <time.h>

void
waiting_init(struct waiting *w, size_t max)
{
	pthread_condattr_t steady;

	*w = (struct waiting){.max = max, .end = &w->first};
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&w->news, &steady);
	pthread_condattr_destroy(&steady);
}

void
waiting_release(struct waiting *w)
{
	pthread_cond_destroy(&w->news);
	pthread_mutex_destroy(&w->lock);
}

bool
waiting_put(struct waiting *w, struct exchange *x)
{
	bool room;

	pthread_mutex_lock(&w->lock);
	room = !w->closed && w->count < w->max;
	if (room) {
		x->next = NULL;
		*w->end = x;
		w->end = &x->next;
		w->count++;
		pthread_cond_signal(&w->news);
	}
	pthread_mutex_unlock(&w->lock);
	return room;
}

static struct exchange *
take_first(struct waiting *w)
{
	struct exchange *x = w->first;

	w->first = x->next;
	if (w->first == NULL)
		w->end = &w->first;
	w->count--;
	return x;
}

static struct timespec
in_a_while(int64_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

struct exchange *
waiting_take(struct waiting *w, int64_t limit_ms, bool *closed)
{
	struct timespec until = in_a_while(limit_ms < 0 ? 0 : limit_ms);
	struct exchange *x = NULL;
	int code = 0;

	pthread_mutex_lock(&w->lock);
	while (w->first == NULL && !w->closed && code != ETIMEDOUT)
		code = limit_ms < 0
		    ? pthread_cond_wait(&w->news, &w->lock)
		    : pthread_cond_timedwait(&w->news, &w->lock, &until);
	if (w->first != NULL)
		x = take_first(w);
	*closed = x == NULL && w->closed;
	pthread_mutex_unlock(&w->lock);
	return x;
}

struct exchange *
waiting_take_if(struct waiting *w,
    bool (*wants)(void *context, const struct exchange *x), void *context)
{
	struct exchange *x = NULL;

	pthread_mutex_lock(&w->lock);
	if (w->first != NULL && wants(context, w->first))
		x = take_first(w);
	pthread_mutex_unlock(&w->lock);
	return x;
}

void
waiting_close(struct waiting *w)
{
	pthread_mutex_lock(&w->lock);
	w->closed = true;
	pthread_cond_broadcast(&w->news);
	pthread_mutex_unlock(&w->lock);
}

size_t
waiting_count(struct waiting *w)
{
	size_t count;

	pthread_mutex_lock(&w->lock);
	count = w->count;
	pthread_mutex_unlock(&w->lock);
	return count;
}
