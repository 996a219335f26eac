/* One bucket after another: read it, write the one row that is left. */
#include "rollup.h"

#include "mem.h"
#include "record.h"

/* Buckets a transaction: others write between two of them. */
#define BUCKETS 100

const char *const rollup_types[] = {
    "stats", "coverage", "corpus", "resource", NULL};

/* A series, or a node, and a time. */
struct bucket {
	int64_t series;
	char *node; /* NULL: of `series`, or of no node */
	int64_t start;
};

struct column {
	const char *name;
	enum db_type type;
	int how; /* of struct rollup_rule; -1: the last */
	bool known;
	int64_t integer, count;
	double real;
	struct buf text;
};

struct work {
	struct db *db;
	const struct record_type *type;
	const struct rollup *rollup;
	struct column *column;
	size_t columns;
	struct db_statement *find, *read, *write;
	struct bucket bucket[BUCKETS];
	size_t buckets;
	struct bucket last; /* found so far: the next ones are behind it */
	/* Of the present bucket. */
	struct buf ids;  /* of all that go, in the order of time */
	struct buf gone; /* of those that go now, as a JSON array */
	char kept[33];
	int64_t samples;
};

static bool
of_node(const struct work *w)
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
init(struct work *w, struct db *db, const struct rollup *rollup)
{
	const struct field *f;

	*w = (struct work){.db = db,
	    .type = record_type_of(rollup->type),
	    .rollup = rollup,
	    .ids = BUF_INIT,
	    .gone = BUF_INIT};
	w->column = mem_calloc(field_count(w->type->fields), sizeof *w->column);
	for (f = w->type->fields; f->name != NULL; f++)
		if (f->column != NULL) {
			struct column *c = &w->column[w->columns++];

			c->name = f->column;
			c->type = field_type(f->kind);
			c->how = rule_of(w->type, f->column);
			buf_init(&c->text);
		}
}

static void
forget_buckets(struct work *w)
{
	while (w->buckets > 0)
		free(w->bucket[--w->buckets].node);
}

static void
release(struct work *w)
{
	size_t i;

	for (i = 0; i < w->columns; i++)
		buf_release(&w->column[i].text);
	forget_buckets(w);
	free(w->last.node);
	free(w->column);
	buf_release(&w->ids);
	buf_release(&w->gone);
}

/* The index by series, or node, and time has all that this asks for. */
static void
write_find(struct work *w, struct buf *sql, const char *what)
{
	const char *owner = of_node(w) ? "node" : "series";

	buf_addf(sql,
	    "SELECT %s, time / ?1 * ?1, count(*) AS n FROM %s"
	    " WHERE %s >= ?3 AND time < ?2 GROUP BY %s, time / ?1"
	    " HAVING count(*) > 1 %s",
	    owner, w->type->table, owner, owner, what);
}

static void
bind_find(struct work *w, struct db_statement *s)
{
	const struct rollup *r = w->rollup;

	db_bind_integer(s, 1, r->step);
	db_bind_integer(s, 2, r->before / r->step * r->step);
	if (of_node(w))
		db_bind_text(s, 3, w->last.node == NULL ? "" : w->last.node);
	else
		db_bind_integer(s, 3, w->last.series);
}

static struct db_statement *
find_statement(struct work *w)
{
	struct buf sql = BUF_INIT, limit = BUF_INIT;

	if (w->find == NULL) {
		buf_addf(&limit, "ORDER BY 1, 2 LIMIT %d", BUCKETS);
		write_find(w, &sql, limit.data);
		w->find = db_prepare(w->db, NULL, sql.data);
	}
	buf_release(&limit);
	buf_release(&sql);
	return w->find;
}

static void
add_bucket(struct work *w, struct db_statement *s)
{
	struct bucket *b = &w->bucket[w->buckets++];
	const char *node = of_node(w) ? db_column_text(s, 0) : NULL;

	b->series = of_node(w) ? 0 : db_column_integer(s, 0);
	b->node = node == NULL ? NULL : mem_dup(node);
	b->start = db_column_integer(s, 1);
}

/* How many are found, or -1. */
static int
find_buckets(struct work *w, struct rollup_done *done)
{
	struct db_statement *s = find_statement(w);
	enum db_step step;

	forget_buckets(w);
	if (s == NULL)
		return -1;
	bind_find(w, s);
	while ((step = db_step(s)) == DB_ROW) {
		add_bucket(w, s);
		done->events += (uint64_t)db_column_integer(s, 2);
		done->left++;
	}
	db_reset(s);
	if (w->buckets > 0) {
		const struct bucket *b = &w->bucket[w->buckets - 1];

		free(w->last.node);
		w->last = *b;
		w->last.node = b->node == NULL ? NULL : mem_dup(b->node);
	}
	return step == DB_FAILED ? -1 : (int)w->buckets;
}

/* What would be done. */
static int
count_buckets(struct work *w, struct rollup_done *done)
{
	struct buf sql = BUF_INIT;
	struct db_statement *s;
	enum db_step step;

	buf_add_str(&sql, "SELECT coalesce(sum(n), 0), count(*) FROM (");
	write_find(w, &sql, ") AS found");
	s = db_prepare(w->db, NULL, sql.data);
	buf_release(&sql);
	if (s == NULL)
		return -1;
	bind_find(w, s);
	step = db_step(s);
	if (step == DB_ROW) {
		done->events += (uint64_t)db_column_integer(s, 0);
		done->left += (uint64_t)db_column_integer(s, 1);
	}
	db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

static void
forget(struct work *w)
{
	size_t i;

	for (i = 0; i < w->columns; i++) {
		w->column[i].known = false;
		w->column[i].count = w->column[i].integer = 0;
		w->column[i].real = 0;
	}
	buf_clear(&w->ids);
	buf_clear(&w->gone);
	w->samples = 0;
}

/* Adds a row's value, which stands for `weight` samples. */
static void
add_value(struct column *c, struct db_statement *s, int at, int64_t weight)
{
	const char *text;

	if (db_column_is_null(s, at))
		return;
	if (c->type == DB_INTEGER) {
		int64_t value = db_column_integer(s, at);

		if (c->how == ROLLUP_SUM)
			c->integer += value;
		else if (c->how != ROLLUP_MOST || !c->known ||
		    value > c->integer)
			c->integer = value;
	} else if (c->type == DB_REAL) {
		double value = db_column_real(s, at);

		if (c->how == ROLLUP_MEAN)
			c->real += value * (double)weight;
		else
			c->real = value;
		c->count += weight;
	} else {
		text = db_column_text(s, at);
		buf_clear(&c->text);
		buf_add_str(&c->text, text);
	}
	c->known = true;
}

/* id, samples and ids of what it stands for already, then the columns. */
static struct db_statement *
read_statement(struct work *w)
{
	struct buf sql = BUF_INIT;
	size_t i;

	if (w->read != NULL)
		return w->read;
	buf_add_str(&sql, "SELECT t.event, r.samples, r.ids");
	for (i = 0; i < w->columns; i++)
		buf_addf(&sql, ", t.%s", w->column[i].name);
	buf_addf(&sql,
	    " FROM %s t LEFT JOIN rolled r ON r.event = t.event"
	    " WHERE t.%s = ?1 AND t.time >= ?2 AND t.time < ?3"
	    " ORDER BY t.time, t.event",
	    w->type->table, of_node(w) ? "node" : "series");
	w->read = db_prepare(w->db, NULL, sql.data);
	buf_release(&sql);
	return w->read;
}

static void
take_row(struct work *w, struct db_statement *s)
{
	int64_t weight = db_column_integer_or(s, 1, 1);
	const char *ids = db_column_text(s, 2);
	size_t i;

	if (w->samples > 0) {
		buf_add_str(&w->ids, w->kept);
		buf_addf(
		    &w->gone, "%s\"%s\"", w->gone.len > 1 ? "," : "", w->kept);
	}
	if (ids != NULL)
		buf_add_str(&w->ids, ids);
	snprintf(w->kept, sizeof w->kept, "%s", db_column_text(s, 0));
	w->samples += weight;
	for (i = 0; i < w->columns; i++)
		add_value(&w->column[i], s, (int)i + 3, weight);
}

static int
read_bucket(struct work *w, const struct bucket *b)
{
	struct db_statement *s = read_statement(w);
	enum db_step step;

	forget(w);
	if (s == NULL)
		return -1;
	if (of_node(w))
		db_bind_text(s, 1, b->node);
	else
		db_bind_integer(s, 1, b->series);
	db_bind_integer(s, 2, b->start);
	db_bind_integer(s, 3, b->start + w->rollup->step);
	buf_add_char(&w->gone, '[');
	while ((step = db_step(s)) == DB_ROW)
		take_row(w, s);
	buf_add_char(&w->gone, ']');
	db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

static void
bind_column(struct db_statement *s, int parameter, const struct column *c)
{
	if (!c->known)
		db_bind_null(s, parameter);
	else if (c->type == DB_INTEGER)
		db_bind_integer(s, parameter, c->integer);
	else if (c->type == DB_REAL)
		db_bind_real(s, parameter,
		    c->how == ROLLUP_MEAN ? c->real / (double)c->count
					  : c->real);
	else
		db_bind_text(s, parameter, c->text.data);
}

static struct db_statement *
write_statement(struct work *w)
{
	struct buf sql = BUF_INIT;
	size_t i;

	if (w->write != NULL)
		return w->write;
	buf_addf(&sql, "UPDATE %s SET ", w->type->table);
	for (i = 0; i < w->columns; i++)
		buf_addf(&sql, "%s%s = ?%zu", i > 0 ? ", " : "",
		    w->column[i].name, i + 2);
	buf_add_str(&sql, " WHERE event = ?1");
	w->write = db_prepare(w->db, NULL, sql.data);
	buf_release(&sql);
	return w->write;
}

static int
write_kept(struct work *w)
{
	struct db_statement *s = write_statement(w);
	size_t i;

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, w->kept);
	for (i = 0; i < w->columns; i++)
		bind_column(s, (int)i + 2, &w->column[i]);
	return db_run(s);
}

static int
write_rolled(struct work *w)
{
	struct db_statement *s = db_static(w->db,
	    "INSERT INTO rolled (event, step, samples, ids)"
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (event) DO UPDATE SET"
	    " step = excluded.step, samples = excluded.samples,"
	    " ids = excluded.ids");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, w->kept);
	db_bind_integer(s, 2, w->rollup->step);
	db_bind_integer(s, 3, w->samples);
	db_bind_text(s, 4, w->ids.data);
	return db_run(s);
}

/* Testcases that were found stay, in the order of their events. */
static int
move_testcases(struct work *w)
{
	struct db_statement *s = db_static(w->db,
	    "UPDATE corpus_added SET event = ?1, position ="
	    " (SELECT coalesce(max(position) + 1, 0) FROM corpus_added"
	    " WHERE event = ?1) + position WHERE event = ?2");
	size_t at;
	char id[33];

	if (strcmp(w->type->name, "corpus") != 0)
		return 0;
	if (s == NULL)
		return -1;
	/* `gone` is ["…","…"]: every id is 32 digits. */
	for (at = 2; at + 32 < w->gone.len; at += 35) {
		snprintf(id, sizeof id, "%.32s", w->gone.data + at);
		db_bind_text(s, 1, w->kept);
		db_bind_text(s, 2, id);
		if (db_run(s) < 0)
			return -1;
	}
	return 0;
}

static int
drop_gone(struct work *w)
{
	struct db_statement *s =
	    db_static(w->db, "DELETE FROM events WHERE id {in ?1}");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, w->gone.data);
	return db_run(s);
}

static int
roll_bucket(struct work *w, const struct bucket *b)
{
	if (read_bucket(w, b) < 0)
		return -1;
	/* Somebody else may have been here. */
	if (w->gone.len == 2)
		return 0;
	if (move_testcases(w) < 0 || drop_gone(w) < 0 || write_kept(w) < 0)
		return -1;
	return write_rolled(w);
}

/* Ingest looks for duplicates among the rolled up of what is older. */
static int
move_horizon(struct work *w)
{
	struct db_statement *s = db_static(w->db,
	    "INSERT INTO rollups (type, until) VALUES (?1, ?2)"
	    " ON CONFLICT (type) DO UPDATE SET until = excluded.until"
	    " WHERE excluded.until > rollups.until");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, w->type->name);
	db_bind_integer(s, 2, w->rollup->before);
	return db_run(s);
}

static int
roll_buckets(struct work *w)
{
	size_t i;

	if (db_begin(w->db) < 0 || move_horizon(w) < 0)
		return -1;
	for (i = 0; i < w->buckets; i++)
		if (roll_bucket(w, &w->bucket[i]) < 0)
			return -1;
	return db_commit(w->db);
}

int
rollup_run(struct db *db, const struct rollup *rollup, struct rollup_done *done)
{
	struct work w;
	int found, status = 0;

	init(&w, db, rollup);
	if (rollup->dry_run) {
		status = count_buckets(&w, done);
		release(&w);
		return status;
	}
	while (status == 0 && (found = find_buckets(&w, done)) != 0) {
		if (found < 0)
			status = -1;
		else if ((status = roll_buckets(&w)) < 0)
			db_rollback(db);
	}
	release(&w);
	return status;
}
