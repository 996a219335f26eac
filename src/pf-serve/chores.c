/* One thread, one thing after another. */
#include "chores.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sysexits.h>

#include "libstore/announce.h"
#include "libstore/db.h"
#include "mem.h"
#include "msg.h"
#include "waiting.h"

#define WAITING_MAX 16
/* What others have left to be told of is looked for this often. */
#define LOOK_MS 30000

struct chores {
	struct chores_options options;
	struct waiting waiting;
	struct exchange wake; /* stands in the queue for chores_wake */
	atomic_bool woken;
	pthread_t thread;
};

static void
tell_news(struct chores *c)
{
	struct db_error error;
	struct db *db;

	if (c->options.on_new == NULL)
		return;
	db = db_open(c->options.db,
	    &(struct db_options){
		.mode = DB_WRITE, .wait_ms = c->options.wait_ms},
	    &error);
	if (db == NULL) {
		msg_warnx("--on-new: %s", error.text);
		return;
	}
	announce_all(db, c->options.on_new, c->options.on_new_ms);
	db_close(db);
}

static void *
work(void *context)
{
	struct chores *c = context;
	bool closed = false;

	while (!closed) {
		struct exchange *x =
		    waiting_take(&c->waiting, LOOK_MS, &closed);

		if (x == &c->wake || (x == NULL && !closed)) {
			atomic_store(&c->woken, false);
			tell_news(c);
		} else if (x != NULL) {
			x->route->answer(NULL, &x->request, &x->answer);
			c->options.done(x);
		}
	}
	return NULL;
}

struct chores *
chores_start(const struct chores_options *options)
{
	struct chores *c = mem_calloc(1, sizeof *c);

	c->options = *options;
	waiting_init(&c->waiting, WAITING_MAX);
	if (pthread_create(&c->thread, NULL, work, c) != 0)
		msg_diex(EX_OSERR, "no thread can be made for chores");
	chores_wake(c);
	return c;
}

bool
chores_put(struct chores *c, struct exchange *x)
{
	return waiting_put(&c->waiting, x);
}

void
chores_wake(struct chores *c)
{
	if (c->options.on_new == NULL || atomic_exchange(&c->woken, true))
		return;
	if (!waiting_put(&c->waiting, &c->wake))
		atomic_store(&c->woken, false);
}

void
chores_stop(struct chores *c)
{
	waiting_close(&c->waiting);
	pthread_join(c->thread, NULL);
}

void
chores_free(struct chores *c)
{
	waiting_release(&c->waiting);
	free(c);
}
