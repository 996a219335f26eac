/* Crashes, their inputs and their groups. */
#include "ingest_store.h"
#include "mem.h"
#include "msg.h"

/* The input's bytes, if the event has them. */
static int
keep_content(struct ingest *in, const struct record *r,
    const struct field_value *content)
{
	if (in->artifacts == NULL)
		return db_fail(in->db, DB_FAULT_CREATE,
		    "an event embeds an input, and no directory for artifacts"
		    " is given");
	if (artifacts_add(in->artifacts, record_text(r, "input.xxh128"),
		content->is.text, content->len) < 0)
		return ingest_artifact_failed(in);
	return 0;
}

static int
store_artifact(struct ingest *in, const struct record *r)
{
	struct db_statement *s = db_static(in->db,
	    "INSERT INTO artifacts (xxh128, bytes, kept)"
	    " VALUES (?1, ?2, ?3) ON CONFLICT (xxh128) DO UPDATE SET"
	    " bytes = coalesce(artifacts.bytes, excluded.bytes),"
	    " kept = CASE WHEN artifacts.kept > excluded.kept"
	    " THEN artifacts.kept ELSE excluded.kept END");
	const struct field_value *content = record_value(r, "input.content");
	const struct field_value *bytes = record_value(r, "input.bytes");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, record_text(r, "input.xxh128"));
	field_bind(s, 2, bytes);
	db_bind_integer(s, 3, content->type != VALUE_NONE);
	if (content->type != VALUE_NONE) {
		if (keep_content(in, r, content) < 0)
			return -1;
		/* What was measured, not what was said. */
		if (bytes->type == VALUE_NONE)
			db_bind_integer(s, 2,
			    (int64_t)artifact_bytes(
				content->is.text, content->len));
	}
	return db_run(s);
}

void
ingest_groups_begin(struct ingest *in)
{
	names_clear(&in->groups);
	in->group_count = 0;
}

/* `key` must live as long as the batch. */
static void
change_group(struct ingest *in, const char *key, int64_t time, int change)
{
	int64_t *place = names_find(&in->groups, key, strlen(key));

	if (place != NULL) {
		in->group[*place].change += change;
		return;
	}
	names_add(&in->groups, key, strlen(key), (int64_t)in->group_count);
	MEM_GROW(in->group, in->group_count, in->group_cap);
	in->group[in->group_count++] = (struct ingest_group){key, time, change};
}

int
ingest_crash_before(struct ingest *in, const struct record *r)
{
	const char *group = record_text(r, "group");

	if (group != NULL)
		change_group(in, group, r->time, +1);
	return record_text(r, "input.xxh128") == NULL ? 0
						      : store_artifact(in, r);
}

static int
by_key(const void *a, const void *b)
{
	const struct ingest_group *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static int
open_group(struct ingest *in, const struct ingest_group *group)
{
	struct db_statement *s = db_static(in->db,
	    "INSERT INTO crash_groups (key, first_seen, last_seen, crashes)"
	    " VALUES (?1, ?2, ?2, 0) ON CONFLICT (key) DO UPDATE SET"
	    " crashes = crash_groups.crashes");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, group->key);
	db_bind_integer(s, 2, group->time);
	return db_run(s);
}

/* In one order everywhere, so that no two writers wait for each other. */
int
ingest_groups_open(struct ingest *in)
{
	size_t i;

	if (in->group_count == 0)
		return 0;
	qsort(in->group, in->group_count, sizeof *in->group, by_key);
	for (i = 0; i < in->group_count; i++)
		if (open_group(in, &in->group[i]) < 0)
			return -1;
	return 0;
}

/* Each subquery is one look into an index, however large the group is. */
static int
refresh_group(struct ingest *in, const struct ingest_group *group)
{
	struct db_statement *s = db_static(in->db,
	    "UPDATE crash_groups SET crashes = crashes + ?2,"
	    " first_seen = coalesce((SELECT min(time) FROM crashes"
	    " WHERE group_key = ?1), first_seen),"
	    " last_seen = coalesce((SELECT max(time) FROM crashes"
	    " WHERE group_key = ?1), last_seen),"
	    " (site, site_linefree, kind, severity, why, example) ="
	    " (SELECT site, site_linefree, kind, severity, why, event"
	    " FROM crashes WHERE group_key = ?1"
	    " ORDER BY severity_rank DESC, event LIMIT 1)"
	    " WHERE key = ?1");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, group->key);
	db_bind_integer(s, 2, group->change);
	return db_run(s);
}

static int
drop_if_empty(struct ingest *in, const struct ingest_group *group)
{
	struct db_statement *s = db_static(
	    in->db, "DELETE FROM crash_groups WHERE key = ?1 AND crashes = 0");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, group->key);
	return db_run(s);
}

int
ingest_groups_refresh(struct ingest *in)
{
	size_t i;

	for (i = 0; i < in->group_count; i++) {
		if (refresh_group(in, &in->group[i]) < 0)
			return -1;
		if (in->group[i].change <= 0 &&
		    drop_if_empty(in, &in->group[i]) < 0)
			return -1;
	}
	return 0;
}

int
ingest_crash_forget(struct ingest *in, const char *event)
{
	struct db_statement *find = db_static(
	    in->db, "SELECT group_key, time FROM crashes WHERE event = ?1");
	struct db_statement *leave =
	    db_static(in->db, "DELETE FROM crashes WHERE event = ?1");
	enum db_step step;

	if (find == NULL || leave == NULL)
		return -1;
	db_bind_text(find, 1, event);
	step = db_step(find);
	if (step == DB_ROW && !db_column_is_null(find, 0)) {
		const char *key = db_column_text(find, 0);

		change_group(in,
		    arena_text(&in->reader.arena, key, strlen(key)),
		    db_column_integer(find, 1), -1);
	}
	db_reset(find);
	if (step == DB_FAILED)
		return -1;
	db_bind_text(leave, 1, event);
	return db_run(leave);
}
