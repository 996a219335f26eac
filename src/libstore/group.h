/* What a person says of a group of crashes. */
#ifndef PF_GROUP_H
#define PF_GROUP_H

#include "db.h"

/* One of those that a person can set: "regressed" is ours. */
bool group_state_valid(const char *state);
/*
 * A group that is fixed counts as such for the builds that are known now; a
 * crash in a later build makes it "regressed". 1 when it was set, 0 when there
 * is no such group, -1 with db_error.
 */
int
group_set_state(struct db *db, const char *key, const char *state, int64_t now);

/* A crash that is to be told of, as its event line. */
struct announcement {
	int64_t id;
	char *line; /* the caller frees it */
};
/*
 * Takes the next one after `after` that nobody is telling, for `limit_ms`: 1,
 * 0 when there is none, -1 with db_error.
 */
int announcement_take(struct db *db, int64_t after, int64_t now,
    int64_t limit_ms, struct announcement *a);
/* It was told, and goes; or was not, and another may tell it. */
int announcement_done(struct db *db, int64_t id);
int announcement_release(struct db *db, int64_t id);

#endif
