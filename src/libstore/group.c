/* States of groups, and whom to tell. */
#include "group.h"

#include "mem.h"

bool
group_state_valid(const char *state)
{
	static const char *const states[] = {
	    "new", "open", "ignored", "fixed", NULL};
	size_t i = 0;

	while (states[i] != NULL && strcmp(states[i], state) != 0)
		i++;
	return states[i] != NULL;
}

int
group_set_state(struct db *db, const char *key, const char *state, int64_t now)
{
	struct db_statement *s = db_static(db,
	    "UPDATE crash_groups SET state = ?2,"
	    " fixed_at = CASE WHEN ?2 = 'fixed'"
	    " THEN CAST(?3 AS {integer}) END WHERE key = ?1");
	int64_t changed;

	if (s == NULL || db_begin(db) < 0)
		return -1;
	db_bind_text(s, 1, key);
	db_bind_text(s, 2, state);
	db_bind_integer(s, 3, now);
	if (db_run(s) == 0 && (changed = db_changes(db)) >= 0 &&
	    db_commit(db) == 0)
		return changed > 0;
	db_rollback(db);
	return -1;
}

int
announcement_take(struct db *db, int64_t after, int64_t now, int64_t limit_ms,
    struct announcement *a)
{
	/* One statement, by itself a transaction: nobody else takes it. */
	struct db_statement *s = db_static(db,
	    "UPDATE announcements SET claimed_until = ?3 WHERE id ="
	    " (SELECT id FROM announcements WHERE id > ?1 AND"
	    " (claimed_until IS NULL OR claimed_until < ?2)"
	    " ORDER BY id LIMIT 1 {skip locked}) RETURNING id, line");
	enum db_step step;

	if (s == NULL)
		return -1;
	db_bind_integer(s, 1, after);
	db_bind_integer(s, 2, now);
	db_bind_integer(s, 3, now + limit_ms);
	step = db_step(s);
	if (step == DB_ROW) {
		a->id = db_column_integer(s, 0);
		a->line = mem_dup(db_column_text(s, 1));
		/* To its end, for it to be committed. */
		if (db_step(s) == DB_FAILED) {
			free(a->line);
			step = DB_FAILED;
		}
	}
	db_reset(s);
	return step == DB_FAILED ? -1 : step == DB_ROW;
}

static int
with_id(struct db *db, struct db_statement *s, int64_t id)
{
	if (s == NULL || db_begin(db) < 0)
		return -1;
	db_bind_integer(s, 1, id);
	if (db_run(s) == 0 && db_commit(db) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

int
announcement_done(struct db *db, int64_t id)
{
	return with_id(
	    db, db_static(db, "DELETE FROM announcements WHERE id = ?1"), id);
}

int
announcement_release(struct db *db, int64_t id)
{
	return with_id(db,
	    db_static(db,
		"UPDATE announcements SET claimed_until = NULL WHERE id = ?1"),
	    id);
}
