/* Crashes, their inputs and their groups. */
#include "base64.h"
#include "ingest_store.h"

static int
store_artifact(struct ingest *in, const struct record *r)
{
	struct db_statement *s = db_static(in->db,
	    "INSERT INTO artifacts (xxh128, bytes, content)"
	    " VALUES (?1, ?2, ?3) ON CONFLICT (xxh128) DO UPDATE SET"
	    " bytes = coalesce(artifacts.bytes, excluded.bytes),"
	    " content = coalesce(artifacts.content, excluded.content)");
	const char *content = record_text(r, "input.content");
	struct buf bytes = BUF_INIT;
	int status;

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, record_text(r, "input.xxh128"));
	field_bind(s, 2, record_value(r, "input.bytes"));
	if (content != NULL) {
		base64_decode(&bytes, content, strlen(content));
		db_bind_integer(s, 2, (int64_t)bytes.len);
		db_bind_bytes(s, 3, bytes.data, bytes.len);
	}
	status = db_run(s);
	buf_release(&bytes);
	return status;
}

static int
open_group(struct ingest *in, const struct record *r)
{
	struct db_statement *s = db_static(in->db,
	    "INSERT INTO crash_groups (key, first_seen, last_seen, crashes)"
	    " VALUES (?1, ?2, ?2, 0) ON CONFLICT DO NOTHING");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, record_text(r, "group"));
	db_bind_integer(s, 2, r->time);
	return db_run(s);
}

/* After a member came (+1) or went (-1). Each subquery is one look into an
 * index, however large the group is. */
static int
refresh_group(struct ingest *in, const char *key, int change)
{
	struct db_statement *s = db_static(in->db,
	    "UPDATE crash_groups SET crashes = crashes + ?2,"
	    " first_seen = (SELECT min(time) FROM crashes"
	    " WHERE group_key = ?1),"
	    " last_seen = (SELECT max(time) FROM crashes"
	    " WHERE group_key = ?1),"
	    " (site, site_linefree, kind, severity, why, example) ="
	    " (SELECT site, site_linefree, kind, severity, why, event"
	    " FROM crashes WHERE group_key = ?1"
	    " ORDER BY severity_rank DESC, event LIMIT 1)"
	    " WHERE key = ?1");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, key);
	db_bind_integer(s, 2, change);
	return db_run(s);
}

int
ingest_crash(struct ingest *in, const struct record *r)
{
	const char *group = record_text(r, "group");

	if (record_text(r, "input.xxh128") != NULL && store_artifact(in, r) < 0)
		return -1;
	if (group == NULL)
		return ingest_row(in, r);
	if (open_group(in, r) < 0 || ingest_row(in, r) < 0)
		return -1;
	return refresh_group(in, group, +1);
}

static int
leave_group(struct ingest *in, const char *event, const char *group)
{
	struct db_statement *leave =
	    db_static(in->db, "DELETE FROM crashes WHERE event = ?1");
	struct db_statement *drop = db_static(
	    in->db, "DELETE FROM crash_groups WHERE key = ?1 AND crashes = 1");

	if (leave == NULL || drop == NULL)
		return -1;
	db_bind_text(leave, 1, event);
	if (db_run(leave) < 0)
		return -1;
	db_bind_text(drop, 1, group);
	if (db_run(drop) < 0)
		return -1;
	return db_changes(in->db) > 0 ? 0 : refresh_group(in, group, -1);
}

int
ingest_crash_forget(struct ingest *in, const char *event)
{
	struct db_statement *s =
	    db_static(in->db, "SELECT group_key FROM crashes WHERE event = ?1");
	struct buf group = BUF_INIT;
	enum db_step step;
	int status = 0;

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, event);
	step = db_step(s);
	if (step == DB_ROW && !db_column_is_null(s, 0))
		buf_add_str(&group, db_column_text(s, 0));
	db_reset(s);
	if (step == DB_FAILED)
		status = -1;
	else if (group.len > 0)
		status = leave_group(in, event, group.data);
	buf_release(&group);
	return status;
}
