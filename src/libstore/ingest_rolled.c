/* Events that are part of others: rollup.h. */
#include "ingest_store.h"

/* Days are the longest that become one. */
#define DAY_MS 86400000

/* So many ids, of about 70 bytes each, are kept from one batch to the next. */
#define IDS_MAX 100000
#define ID_LEN (HASH_TEXT - 1)

void
ingest_forget_rolled(struct ingest *in)
{
	names_clear(&in->rolled_ids);
	names_clear(&in->rolled_days);
	in->rolled_of = in->rolled_runs;
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

/* A text of ids, one behind the other. */
static void
keep_ids(struct ingest *in, const char *ids)
{
	for (; *ids != '\0'; ids += ID_LEN)
		if (names_find(&in->rolled_ids, ids, ID_LEN) == NULL)
			names_add(&in->rolled_ids, ids, ID_LEN, 1);
}

/* What became part of others of the same owner on the same day. */
static int
look_up_day(struct ingest *in, const struct record *r, int64_t day)
{
	struct db_statement *s = find_statement(in, r->type);
	enum db_step step;

	if (s == NULL)
		return -1;
	if (r->type->repeats & RECORD_SERIES)
		db_bind_integer(s, 1, r->series);
	else
		db_bind_text(s, 1, r->node);
	db_bind_integer(s, 2, day);
	db_bind_integer(s, 3, day + DAY_MS);
	while ((step = db_step(s)) == DB_ROW)
		keep_ids(in, db_column_text(s, 0));
	db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

static int
know_day(struct ingest *in, const struct record *r)
{
	int64_t day = r->time / DAY_MS * DAY_MS;
	struct buf *key = &in->scratch;

	if (in->rolled_of != in->rolled_runs)
		ingest_forget_rolled(in);
	buf_clear(key);
	buf_addf(key, "%s %lld ", r->type->name, (long long)day);
	if (r->type->repeats & RECORD_SERIES)
		buf_addf(key, "%lld", (long long)r->series);
	else
		buf_add_str(key, r->node == NULL ? "" : r->node);
	if (names_find(&in->rolled_days, key->data, key->len) != NULL)
		return 0;
	if (in->rolled_ids.count > IDS_MAX)
		ingest_forget_rolled(in);
	if (look_up_day(in, r, day) < 0)
		return -1;
	names_add(&in->rolled_days, key->data, key->len, 1);
	return 0;
}

int
ingest_is_rolled(struct ingest *in, const struct record *r)
{
	const char *name = r->type->name;
	int64_t *until = names_find(&in->rolled, name, strlen(name));

	if (until == NULL || r->time >= *until)
		return 0;
	if (know_day(in, r) < 0)
		return -1;
	return names_find(&in->rolled_ids, r->id, ID_LEN) != NULL;
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
