/*
 * An announcement is claimed before its command runs and goes when that has
 * succeeded. Who dies in between leaves it to the next one, when the claim has
 * ended: told at least once, and by one at a time.
 */
#include "announce.h"

#include "buf.h"
#include "clock.h"
#include "group.h"
#include "hook.h"
#include "msg.h"
#include "out.h"

/* What the store may take between the command's end and ours. */
#define MARGIN_MS 30000

static int
fail(struct db *db)
{
	msg_warnx("%s", db_error(db)->text);
	return db_exit_code(db_error(db)->fault);
}

static int
announce(struct db *db, const struct announcement *a, const char *command,
    int64_t limit_ms)
{
	struct buf line = BUF_INIT;
	int status;

	buf_addf(&line, "%s\n", a->line);
	status = hook_run("--on-new", command, line.data, line.len, limit_ms);
	buf_release(&line);
	if (status == 0)
		return announcement_done(db, a->id) < 0 ? fail(db) : 0;
	return announcement_release(db, a->id) < 0
	    ? exit_worse(status, fail(db))
	    : status;
}

int
announce_all(struct db *db, const char *command, int64_t limit_ms)
{
	struct announcement a = {0, NULL};
	int status = 0, got;

	while ((got = announcement_take(
		    db, a.id, clock_now(), limit_ms + MARGIN_MS, &a)) > 0) {
		status =
		    exit_worse(status, announce(db, &a, command, limit_ms));
		free(a.line);
	}
	return got < 0 ? exit_worse(status, fail(db)) : status;
}
