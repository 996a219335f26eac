/* Telling of groups that are new: a command for each. */
#ifndef PF_ANNOUNCE_H
#define PF_ANNOUNCE_H

#include "db.h"

/*
 * Runs `command` for each announcement that waits in the store and that nobody
 * else tells just now, with its event line on standard input, for `limit_ms`
 * at most. What could not be told stays for the next call of another run.
 * Returns an exit status: 1 when a command failed.
 */
int announce_all(struct db *db, const char *command, int64_t limit_ms);

#endif
