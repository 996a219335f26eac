/* Where there is something to be rolled up, owner by owner. */
#include "rollup_part.h"

#include "mem.h"

const char *const rollup_types[] = {
    "stats", "coverage", "corpus", "resource", NULL};

/* Whether the type's events are of a node, and not of a series. */
static bool
of_node(const struct rollup_work *w)
{
	return (w->type->repeats & RECORD_SERIES) == 0;
}

static int
rule_of(const struct record_type *type, const char *column)
{
	const struct rollup_rule *rule;

	for (rule = type->rollup; rule->column != NULL; rule++)
		if (strcmp(rule->column, column) == 0)
			return (int)rule->how;
	return -1;
}

static void
init(struct rollup_work *w, struct db *db, const struct rollup *rollup)
{
	const struct field *f;

	*w = (struct rollup_work){.db = db,
	    .type = record_type_of(rollup->type),
	    .rollup = rollup,
	    .owner.node = BUF_INIT,
	    .ids = BUF_INIT,
	    .gone = BUF_INIT};
	w->column = mem_calloc(field_count(w->type->fields), sizeof *w->column);
	for (f = w->type->fields; f->name != NULL; f++)
		if (f->column != NULL) {
			struct rollup_column *c = &w->column[w->columns++];

			c->name = f->column;
			c->type = field_type(f->kind);
			c->how = rule_of(w->type, f->column);
			buf_init(&c->text);
		}
}

static void
release(struct rollup_work *w)
{
	size_t i;

	for (i = 0; i < w->columns; i++)
		buf_release(&w->column[i].text);
	buf_release(&w->owner.node);
	free(w->column);
	buf_release(&w->ids);
	buf_release(&w->gone);
}

const char *
rollup_owner_column(const struct rollup_work *w)
{
	return of_node(w) ? "node" : "series";
}

void
rollup_bind_owner(struct rollup_work *w, struct db_statement *s)
{
	if (of_node(w))
		db_bind_text(s, 1, w->owner.node.data);
	else
		db_bind_integer(s, 1, w->owner.series);
}

struct db_statement *
rollup_prepare(struct rollup_work *w, struct db_statement **s, struct buf *sql)
{
	if (*s == NULL)
		*s = db_prepare(w->db, NULL, sql->data);
	buf_release(sql);
	return *s;
}

/* The owner behind the present one: 1, 0 when there is none, -1. */
static int
next_owner(struct rollup_work *w)
{
	struct buf sql = BUF_INIT;
	struct db_statement *s;
	enum db_step step;

	buf_add_str(&sql,
	    of_node(w) ? "SELECT name FROM nodes WHERE name > ?1"
			 " ORDER BY name LIMIT 1"
		       : "SELECT id FROM series WHERE id > ?1"
			 " ORDER BY id LIMIT 1");
	if ((s = rollup_prepare(w, &w->owners, &sql)) == NULL)
		return -1;
	rollup_bind_owner(w, s);
	step = db_step(s);
	if (step == DB_ROW && of_node(w)) {
		buf_clear(&w->owner.node);
		buf_add_str(&w->owner.node, db_column_text(s, 0));
	} else if (step == DB_ROW) {
		w->owner.series = db_column_integer(s, 0);
	}
	w->from = INT64_MIN;
	db_reset(s);
	return step == DB_FAILED ? -1 : step == DB_ROW;
}

/* Buckets with a second event, from w->from on; how many times there were. */
static int
find_among(struct rollup_work *w, struct db_statement *s)
{
	int64_t step_ms = w->rollup->step, bucket = INT64_MIN;
	enum db_step step = DB_DONE;
	int times = 0;

	while (w->buckets < BUCKETS && (step = db_step(s)) == DB_ROW) {
		int64_t start = db_column_integer(s, 0) / step_ms * step_ms;

		times++;
		if (start == bucket && w->from <= start) {
			w->start[w->buckets++] = start;
			w->from = start + step_ms;
		}
		bucket = start;
	}
	/* The last one may go on behind what was looked at. */
	if (w->from <= bucket)
		w->from = bucket;
	return step == DB_FAILED ? -1 : times;
}

/*
 * More of the present owner's buckets: 1 when there may be others behind them,
 * 0, or -1.
 */
static int
find_buckets(struct rollup_work *w)
{
	const struct rollup *r = w->rollup;
	struct buf sql = BUF_INIT;
	struct db_statement *s;
	int times;

	buf_addf(&sql,
	    "SELECT time FROM %s WHERE %s = ?1 AND time >= ?2 AND time < ?3"
	    " ORDER BY time LIMIT %d",
	    w->type->table, rollup_owner_column(w), TIMES);
	w->buckets = 0;
	if ((s = rollup_prepare(w, &w->times, &sql)) == NULL)
		return -1;
	rollup_bind_owner(w, s);
	db_bind_integer(s, 2, w->from);
	db_bind_integer(s, 3, r->before / r->step * r->step);
	times = find_among(w, s);
	db_reset(s);
	return times < 0 ? -1 : w->buckets == BUCKETS || times == TIMES;
}

/* What would be done. */
static int
count_bucket(struct rollup_work *w, int64_t start, struct rollup_done *done)
{
	struct buf sql = BUF_INIT;
	struct db_statement *s;
	enum db_step step;

	buf_addf(&sql,
	    "SELECT count(*) FROM %s WHERE %s = ?1 AND time >= ?2"
	    " AND time < ?3",
	    w->type->table, rollup_owner_column(w));
	if ((s = rollup_prepare(w, &w->count, &sql)) == NULL)
		return -1;
	rollup_bind_owner(w, s);
	db_bind_integer(s, 2, start);
	db_bind_integer(s, 3, start + w->rollup->step);
	step = db_step(s);
	if (step == DB_ROW) {
		done->events += (uint64_t)db_column_integer(s, 0);
		done->left++;
	}
	db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

/* Ingest looks for duplicates among the rolled up of what is older. */
static int
move_horizon(struct rollup_work *w)
{
	struct db_statement *s = db_static(w->db,
	    "INSERT INTO rollups (type, until, runs) VALUES (?1, ?2, 1)"
	    " ON CONFLICT (type) DO UPDATE SET runs = rollups.runs + 1,"
	    " until = CASE WHEN excluded.until > rollups.until"
	    " THEN excluded.until ELSE rollups.until END");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, w->type->name);
	db_bind_integer(s, 2, w->rollup->before);
	return db_run(s);
}

/* All buckets that were found, in one transaction. */
static int
roll_buckets(struct rollup_work *w, struct rollup_done *done)
{
	struct rollup_done now = *done;
	int status;
	size_t i;

	if (w->buckets == 0)
		return 0;
	status = db_begin(w->db) < 0 || move_horizon(w) < 0 ? -1 : 0;
	for (i = 0; status == 0 && i < w->buckets; i++)
		status = rollup_bucket(w, w->start[i], &now);
	if (status == 0)
		status = db_commit(w->db);
	if (status == 0)
		*done = now;
	else
		db_rollback(w->db);
	return status;
}

static int
count_buckets(struct rollup_work *w, struct rollup_done *done)
{
	size_t i;

	for (i = 0; i < w->buckets; i++)
		if (count_bucket(w, w->start[i], done) < 0)
			return -1;
	return 0;
}

int
rollup_run(struct db *db, const struct rollup *rollup, struct rollup_done *done)
{
	struct rollup_work w;
	int status = 0, owner, more;

	init(&w, db, rollup);
	while (status == 0 && (owner = next_owner(&w)) != 0) {
		status = owner < 0 ? -1 : 0;
		for (more = 1; status == 0 && more == 1;) {
			more = find_buckets(&w);
			if (more < 0)
				status = -1;
			else if (rollup->dry_run)
				status = count_buckets(&w, done);
			else
				status = roll_buckets(&w, done);
		}
	}
	release(&w);
	return status;
}
