/* Events that are part of others: rollup.h. */
#include "ingest_store.h"

/* Days are the longest that become one. */
#define DAY_MS 86400000

/* Whether the id is one of those in a text of ids. */
static bool
has_id(const char *ids, const char *id)
{
	for (; *ids != '\0'; ids += HASH_TEXT - 1)
		if (memcmp(ids, id, HASH_TEXT - 1) == 0)
			return true;
	return false;
}

static struct db_statement *
find_statement(struct ingest *in, const struct record_type *type)
{
	struct db_statement *s = db_find(in->db, type->rollup);
	struct buf sql = BUF_INIT;

	if (s != NULL)
		return s;
	buf_addf(&sql,
	    "SELECT r.ids FROM %s t JOIN rolled r ON r.event = t.event"
	    " WHERE t.%s = ?1 AND t.time >= ?2 AND t.time < ?3",
	    type->table, type->repeats & RECORD_SERIES ? "series" : "node");
	s = db_prepare(in->db, type->rollup, sql.data);
	buf_release(&sql);
	return s;
}

int
ingest_is_rolled(struct ingest *in, const struct record *r)
{
	const char *name = r->type->name;
	int64_t *until = names_find(&in->rolled, name, strlen(name));
	int64_t day = r->time / DAY_MS * DAY_MS;
	struct db_statement *s;
	enum db_step step;
	bool found = false;

	if (until == NULL || r->time >= *until)
		return 0;
	if ((s = find_statement(in, r->type)) == NULL)
		return -1;
	if (r->type->repeats & RECORD_SERIES)
		db_bind_integer(s, 1, r->series);
	else
		db_bind_text(s, 1, r->node);
	db_bind_integer(s, 2, day);
	db_bind_integer(s, 3, day + DAY_MS);
	while (!found && (step = db_step(s)) == DB_ROW)
		found = has_id(db_column_text(s, 0), r->id);
	db_reset(s);
	return found ? 1 : step == DB_FAILED ? -1 : 0;
}

int
ingest_has_rolled(struct ingest *in, const char *event)
{
	struct db_statement *s =
	    db_static(in->db, "SELECT 1 FROM rolled WHERE event = ?1");
	enum db_step step;

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, event);
	step = db_step(s);
	db_reset(s);
	return step == DB_FAILED ? -1 : step == DB_ROW;
}
