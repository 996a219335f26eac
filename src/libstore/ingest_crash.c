/* Crashes, their inputs and their groups. */
#include "ingest_store.h"

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

/* The build and when it was first seen. */
static int
see_build(struct ingest *in, const struct record *r, const char *build)
{
	struct db_statement *s = db_static(in->db,
	    "INSERT INTO builds (target, build_id, first_seen)"
	    " VALUES (?1, ?2, ?3) ON CONFLICT (target, build_id) DO UPDATE SET"
	    " first_seen = excluded.first_seen"
	    " WHERE excluded.first_seen < builds.first_seen");
	struct buf *key = &in->scratch;
	int64_t *first;

	buf_clear(key);
	buf_addf(
	    key, "%s%c%s", r->target == NULL ? "" : r->target, '\0', build);
	first = names_find(&in->builds, key->data, key->len);
	if (first != NULL && *first <= r->time)
		return 0;
	if (first != NULL)
		*first = r->time;
	else
		names_add(&in->builds, key->data, key->len, r->time);
	if (s == NULL)
		return -1;
	db_bind_text(s, 1, r->target == NULL ? "" : r->target);
	db_bind_text(s, 2, build);
	db_bind_integer(s, 3, r->time);
	return db_run(s);
}

int
ingest_crash_before(struct ingest *in, const struct record *r)
{
	const char *group = record_text(r, "group");
	const char *build = record_text(r, "build_id");

	if (group != NULL)
		ingest_group_change(in, group, r->time, +1);
	if (build != NULL && *build != '\0' && see_build(in, r, build) < 0)
		return -1;
	return record_text(r, "input.xxh128") == NULL ? 0
						      : store_artifact(in, r);
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

		ingest_group_change(in,
		    arena_text(&in->reader.arena, key, strlen(key)),
		    db_column_integer(find, 1), -1);
	}
	db_reset(find);
	if (step == DB_FAILED)
		return -1;
	db_bind_text(leave, 1, event);
	return db_run(leave);
}
