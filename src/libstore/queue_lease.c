/* What the holder of a lease says, and what it is told. */
#include "queue.h"

/* Why a statement that asked for a lease has changed nothing. */
static enum queue_answer
why_not(struct db *db, const char *name)
{
	struct db_statement *s =
	    db_static(db, "SELECT state FROM jobs WHERE name = ?1");
	enum queue_answer answer = QUEUE_NONE;
	const char *state;
	enum db_step step;

	if (s == NULL)
		return QUEUE_FAILED;
	db_bind_text(s, 1, name);
	step = db_step(s);
	if (step == DB_ROW) {
		state = db_column_text(s, 0);
		answer = state != NULL && strcmp(state, "cancelled") == 0
		    ? QUEUE_CANCELLED
		    : QUEUE_LOST;
	}
	db_reset(s);
	return step == DB_FAILED ? QUEUE_FAILED : answer;
}

/* Runs a statement whose parameters are bound; ?1 is the name. */
static enum queue_answer
change(struct db *db, struct db_statement *s, const char *name)
{
	int64_t changed;

	if (db_begin(db) == 0 && db_run(s) == 0 &&
	    (changed = db_changes(db)) >= 0 && db_commit(db) == 0)
		return changed > 0 ? QUEUE_DONE : why_not(db, name);
	db_rollback(db);
	return QUEUE_FAILED;
}

enum queue_answer
queue_renew(
    struct db *db, const char *name, int64_t epoch, int64_t now, int64_t until)
{
	struct db_statement *s = db_static(db,
	    "UPDATE jobs SET lease_until = ?3, state = 'running',"
	    " state_time = CASE WHEN state = 'running' THEN state_time"
	    " ELSE ?4 END WHERE name = ?1 AND epoch = ?2"
	    " AND lease_until IS NOT NULL");

	if (s == NULL)
		return QUEUE_FAILED;
	db_bind_text(s, 1, name);
	db_bind_integer(s, 2, epoch);
	db_bind_integer(s, 3, until);
	db_bind_integer(s, 4, now);
	return change(db, s, name);
}

enum queue_answer
queue_finish(struct db *db, const char *name, int64_t epoch, int64_t now,
    const char *state, const char *reason)
{
	struct db_statement *s = db_static(db,
	    "UPDATE jobs SET state = ?3, state_time = ?4, reason = ?5,"
	    " node = NULL, lease_until = NULL"
	    " WHERE name = ?1 AND epoch = ?2 AND lease_until IS NOT NULL");

	if (s == NULL)
		return QUEUE_FAILED;
	db_bind_text(s, 1, name);
	db_bind_integer(s, 2, epoch);
	db_bind_text(s, 3, state);
	db_bind_integer(s, 4, now);
	db_bind_text(s, 5, reason);
	return change(db, s, name);
}

enum queue_answer
queue_fail(struct db *db, const char *name, int64_t epoch, int64_t now,
    const char *reason)
{
	struct db_statement *s = db_static(db,
	    "UPDATE jobs SET state = CASE WHEN attempt < max_attempts"
	    " THEN 'queued' ELSE 'failed' END, state_time = ?3, reason = ?4,"
	    " node = NULL, lease_until = NULL, epoch = epoch + 1"
	    " WHERE name = ?1 AND epoch = ?2 AND lease_until IS NOT NULL");

	if (s == NULL)
		return QUEUE_FAILED;
	db_bind_text(s, 1, name);
	db_bind_integer(s, 2, epoch);
	db_bind_integer(s, 3, now);
	db_bind_text(s, 4, reason);
	return change(db, s, name);
}

enum queue_answer
queue_cancel(struct db *db, const char *name, int64_t now, const char *reason)
{
	struct db_statement *s = db_static(db,
	    "UPDATE jobs SET state = 'cancelled', state_time = ?2,"
	    " reason = ?3, node = NULL, lease_until = NULL WHERE name = ?1"
	    " AND lane IS NOT NULL AND state IN ('queued', 'assigned',"
	    " 'starting', 'running', 'restarting', 'stopping')");

	if (s == NULL)
		return QUEUE_FAILED;
	db_bind_text(s, 1, name);
	db_bind_integer(s, 2, now);
	db_bind_text(s, 3, reason);
	return change(db, s, name);
}
