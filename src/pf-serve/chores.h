/*
 * A thread for what takes long and is not in anybody's way: maintenance, the
 * report's pages, and commands of the user's for groups that are new.
 */
#ifndef PF_SERVE_CHORES_H
#define PF_SERVE_CHORES_H

#include "exchange.h"

struct chores;

struct chores_options {
	const char *db;
	int64_t wait_ms;
	const char *on_new; /* NULL: none */
	int64_t on_new_ms;
	exchange_done *done;
};

struct chores *chores_start(const struct chores_options *options);
bool chores_put(struct chores *c, struct exchange *x);
/* There may be groups to tell of. */
void chores_wake(struct chores *c);
/* Does what waits, and ends; it can still be called, for nothing. */
void chores_stop(struct chores *c);
void chores_free(struct chores *c);

#endif
