/* One bucket: its events are read, and the one that is left is written. */
#include "rollup_part.h"

static void
forget(struct rollup_work *w)
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
add_value(
    struct rollup_column *c, struct db_statement *s, int at, int64_t weight)
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
read_statement(struct rollup_work *w)
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
	    w->type->table, rollup_owner_column(w));
	return rollup_prepare(w, &w->read, &sql);
}

static void
take_row(struct rollup_work *w, struct db_statement *s)
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

/* How many events there are, or -1. */
static int
read_bucket(struct rollup_work *w, int64_t start)
{
	struct db_statement *s = read_statement(w);
	enum db_step step;
	int events = 0;

	forget(w);
	if (s == NULL)
		return -1;
	rollup_bind_owner(w, s);
	db_bind_integer(s, 2, start);
	db_bind_integer(s, 3, start + w->rollup->step);
	buf_add_char(&w->gone, '[');
	for (; (step = db_step(s)) == DB_ROW; events++)
		take_row(w, s);
	buf_add_char(&w->gone, ']');
	db_reset(s);
	return step == DB_FAILED ? -1 : events;
}

static void
bind_column(
    struct db_statement *s, int parameter, const struct rollup_column *c)
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
write_statement(struct rollup_work *w)
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
	return rollup_prepare(w, &w->write, &sql);
}

static int
write_kept(struct rollup_work *w)
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
write_rolled(struct rollup_work *w)
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
move_testcases(struct rollup_work *w)
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
drop_gone(struct rollup_work *w)
{
	struct db_statement *s =
	    db_static(w->db, "DELETE FROM events WHERE id {in ?1}");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, w->gone.data);
	return db_run(s);
}

int
rollup_bucket(struct rollup_work *w, int64_t start, struct rollup_done *done)
{
	int events = read_bucket(w, start);

	/* Somebody else may have been here. */
	if (events < 2)
		return events < 0 ? -1 : 0;
	if (move_testcases(w) < 0 || drop_gone(w) < 0 || write_kept(w) < 0 ||
	    write_rolled(w) < 0)
		return -1;
	done->events += (uint64_t)events;
	done->left++;
	return 0;
}
