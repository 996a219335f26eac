/* Groups of crashes: told by their members, and what is new of them. */
#include "clock.h"
#include "emit.h"
#include "ingest_store.h"
#include "mem.h"

void
ingest_groups_begin(struct ingest *in)
{
	names_clear(&in->groups);
	in->group_count = 0;
}

void
ingest_group_change(
    struct ingest *in, const char *key, int64_t time, int change)
{
	int64_t *place = names_find(&in->groups, key, strlen(key));

	if (place != NULL) {
		in->group[*place].change += change;
		return;
	}
	names_add(&in->groups, key, strlen(key), (int64_t)in->group_count);
	MEM_GROW(in->group, in->group_count, in->group_cap);
	in->group[in->group_count++] =
	    (struct ingest_group){.key = key, .time = time, .change = change};
}

static int
by_key(const void *a, const void *b)
{
	const struct ingest_group *x = a, *y = b;

	return strcmp(x->key, y->key);
}

/* The keys as a JSON array, in one order everywhere, so that no two writers
 * wait for each other. */
static void
list_groups(struct ingest *in, struct buf *list)
{
	struct emit e;
	size_t i;

	qsort(in->group, in->group_count, sizeof *in->group, by_key);
	names_clear(&in->groups);
	emit_begin(&e, list);
	emit_array(&e, NULL);
	for (i = 0; i < in->group_count; i++) {
		names_add(&in->groups, in->group[i].key,
		    strlen(in->group[i].key), (int64_t)i);
		emit_string(&e, NULL, in->group[i].key);
	}
	emit_end(&e);
}

static struct ingest_group *
group_of(struct ingest *in, const char *key)
{
	return &in->group[*names_find(&in->groups, key, strlen(key))];
}

static int
add_groups(struct ingest *in, const char *list)
{
	struct db_statement *s = db_static(in->db,
	    "INSERT INTO crash_groups (key, first_seen, last_seen, crashes)"
	    " SELECT told.*, 0, 0, 0 FROM {each ?1} AS told WHERE true"
	    " ON CONFLICT DO NOTHING RETURNING key");
	enum db_step step;

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, list);
	while ((step = db_step(s)) == DB_ROW)
		group_of(in, db_column_text(s, 0))->fresh = true;
	db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

static int
hold_groups(struct ingest *in, const char *list)
{
	struct db_statement *s = db_static(in->db,
	    "SELECT key, fixed_at FROM crash_groups WHERE key {in ?1}"
	    " ORDER BY key {for update}");
	size_t held = 0;
	enum db_step step;

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, list);
	while ((step = db_step(s)) == DB_ROW) {
		struct ingest_group *g = group_of(in, db_column_text(s, 0));

		held++;
		g->fixed = !db_column_is_null(s, 1);
		g->fixed_at = db_column_integer_or(s, 1, 0);
	}
	db_reset(s);
	if (step == DB_FAILED)
		return -1;
	/* The last crash of one has just gone elsewhere, and it with it. */
	if (held < in->group_count)
		return db_fail(in->db, DB_FAULT_AGAIN,
		    "a group went away at the same time");
	return 0;
}

int
ingest_groups_open(struct ingest *in)
{
	struct buf list = BUF_INIT;
	int status = 0;

	if (in->group_count == 0)
		return 0;
	list_groups(in, &list);
	if (add_groups(in, list.data) < 0 || hold_groups(in, list.data) < 0)
		status = -1;
	buf_release(&list);
	return status;
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

static int
announce(struct ingest *in, const struct record *r, const char *reason)
{
	struct db_statement *s = db_static(in->db,
	    "INSERT INTO announcements (group_key, reason, line, made_at)"
	    " VALUES (?1, ?2, ?3, ?4)");
	int status;
	char *line;

	if (!in->options.announce)
		return 0;
	if (s == NULL)
		return -1;
	line = mem_dup_n(r->line, r->len);
	db_bind_text(s, 1, record_text(r, "group"));
	db_bind_text(s, 2, reason);
	db_bind_text(s, 3, line);
	db_bind_integer(s, 4, clock_now());
	status = db_run(s);
	free(line);
	return status;
}

/*
 * Whether the crash is of a build that came after the fix: 1, 0, or -1 with
 * db_error. Where no build is named its time must do.
 */
static int
is_later(struct ingest *in, const struct record *r, int64_t fixed_at)
{
	struct db_statement *s = db_static(in->db,
	    "SELECT first_seen FROM builds WHERE target = ?1 AND build_id = ?2");
	const char *build = record_text(r, "build_id");
	int64_t since = r->time;
	enum db_step step;

	if (build == NULL || *build == '\0')
		return since > fixed_at;
	if (s == NULL)
		return -1;
	db_bind_text(s, 1, r->target == NULL ? "" : r->target);
	db_bind_text(s, 2, build);
	step = db_step(s);
	if (step == DB_ROW)
		since = db_column_integer(s, 0);
	db_reset(s);
	return step == DB_FAILED ? -1 : since > fixed_at;
}

static int
mark_regressed(struct ingest *in, struct ingest_group *group)
{
	struct db_statement *s = db_static(in->db,
	    "UPDATE crash_groups SET state = 'regressed', fixed_at = NULL"
	    " WHERE key = ?1");

	group->fixed = false;
	if (s == NULL)
		return -1;
	db_bind_text(s, 1, group->key);
	return db_run(s);
}

int
ingest_crash_after(struct ingest *in, const struct record *r)
{
	const char *key = record_text(r, "group");
	struct ingest_group *group;
	int later;

	if (key == NULL)
		return 0;
	group = group_of(in, key);
	if (group->fresh) {
		group->fresh = false;
		return announce(in, r, "new");
	}
	if (!group->fixed)
		return 0;
	later = is_later(in, r, group->fixed_at);
	if (later <= 0)
		return later;
	if (mark_regressed(in, group) < 0)
		return -1;
	return announce(in, r, "regressed");
}
