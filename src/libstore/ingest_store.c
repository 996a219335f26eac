/* Rows: the ledger first, then the table of the type. */
#include "ingest_store.h"

#include "buf.h"
#include "mem.h"

/* Runs a statement whose one parameter is a text. */
static int
run_with_text(struct ingest *in, const char *sql, const char *text)
{
	struct db_statement *s = db_static(in->db, sql);

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, text);
	return db_run(s);
}

static int
see_node(struct ingest *in, const struct record *r)
{
	struct db_statement *s = db_static(in->db,
	    "INSERT INTO nodes (name, first_seen, last_seen)"
	    " VALUES (?1, ?2, ?2) ON CONFLICT (name) DO UPDATE SET"
	    " first_seen = CASE WHEN nodes.first_seen < excluded.first_seen"
	    " THEN nodes.first_seen ELSE excluded.first_seen END,"
	    " last_seen = CASE WHEN nodes.last_seen > excluded.last_seen"
	    " THEN nodes.last_seen ELSE excluded.last_seen END"
	    " WHERE excluded.first_seen < nodes.first_seen"
	    " OR excluded.last_seen > nodes.last_seen");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, r->node);
	db_bind_integer(s, 2, r->time);
	return db_run(s);
}

static int
see_job(struct ingest *in, const struct record *r)
{
	return run_with_text(in,
	    "INSERT INTO jobs (name) VALUES (?1) ON CONFLICT DO NOTHING",
	    r->job);
}

static int
insert_ledger(struct ingest *in, const struct record *r)
{
	struct db_statement *s = db_static(in->db,
	    "INSERT INTO events (id, rev, type, time, node, job, target,"
	    " fuzzer, extra, raw)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, r->id);
	db_bind_integer(s, 2, r->rev);
	db_bind_text(s, 3, r->type_name);
	db_bind_integer(s, 4, r->time);
	db_bind_text(s, 5, r->node);
	db_bind_text(s, 6, r->job);
	db_bind_text(s, 7, r->target);
	db_bind_text(s, 8, r->fuzzer);
	db_bind_text(s, 9, r->extra);
	db_bind_text(s, 10, r->raw);
	return db_run(s);
}

/* The rev that the store has: -1 when it has none, -2 on failure. */
static int64_t
stored_rev(struct ingest *in, const char *id)
{
	struct db_statement *s =
	    db_static(in->db, "SELECT rev FROM events WHERE id = ?1");
	enum db_step step;
	int64_t rev = -1;

	if (s == NULL)
		return -2;
	db_bind_text(s, 1, id);
	step = db_step(s);
	if (step == DB_ROW)
		rev = db_column_integer(s, 0);
	db_reset(s);
	return step == DB_FAILED ? -2 : rev;
}

static int
remove_event(struct ingest *in, const struct record *r)
{
	if (r->type != NULL && r->type->forget != NULL &&
	    r->type->forget(in, r->id) < 0)
		return -1;
	return run_with_text(in, "DELETE FROM events WHERE id = ?1", r->id);
}

enum ingest_outcome
ingest_event(struct ingest *in, const struct record *r)
{
	int64_t rev = stored_rev(in, r->id);

	if (rev == -2)
		return INGEST_FAILED;
	if (rev >= r->rev)
		return INGEST_DUPLICATE;
	if (rev >= 0 && remove_event(in, r) < 0)
		return INGEST_FAILED;
	if ((r->node != NULL && see_node(in, r) < 0) ||
	    (r->job != NULL && see_job(in, r) < 0) ||
	    insert_ledger(in, r) < 0 ||
	    (r->type != NULL && r->type->store(in, r) < 0))
		return INGEST_FAILED;
	return INGEST_STORED;
}

/* INSERT INTO table (event, …) VALUES (?1, …), from the fields' names. */
static struct db_statement *
prepare_insert(struct ingest *in, const char *table, const char *const keys[],
    const struct field *fields)
{
	struct buf sql = BUF_INIT;
	struct db_statement *s;
	size_t i, n = 0;
	const struct field *f;

	buf_addf(&sql, "INSERT INTO %s (", table);
	for (i = 0; keys[i] != NULL; i++, n++)
		buf_addf(&sql, "%s%s", i > 0 ? ", " : "", keys[i]);
	for (f = fields; f->name != NULL; f++)
		if (f->column != NULL) {
			buf_addf(&sql, ", %s", f->column);
			n++;
		}
	buf_add_str(&sql, ") VALUES (");
	for (i = 1; i <= n; i++)
		buf_addf(&sql, "%s?%zu", i > 1 ? ", " : "", i);
	buf_add_str(&sql, ")");
	s = db_prepare(in->db, fields, sql.data);
	buf_release(&sql);
	return s;
}

static void
bind_fields(struct db_statement *s, int parameter, const struct field *fields,
    const struct field_value *values)
{
	size_t i;

	for (i = 0; fields[i].name != NULL; i++)
		if (fields[i].column != NULL)
			field_bind(s, parameter++, &values[i]);
}

static struct db_statement *
row_statement(struct ingest *in, const struct record_type *type)
{
	const char *keys[6] = {"event"};
	struct db_statement *s = db_find(in->db, type->fields);
	size_t n = 1;

	if (s != NULL)
		return s;
	if (type->repeats & RECORD_SERIES)
		keys[n++] = "series";
	if (type->repeats & RECORD_TIME)
		keys[n++] = "time";
	if (type->repeats & RECORD_NODE)
		keys[n++] = "node";
	if (type->repeats & RECORD_JOB)
		keys[n++] = "job";
	return prepare_insert(in, type->table, keys, type->fields);
}

static void
bind_series(struct db_statement *s, const struct record *r)
{
	db_bind_text(s, 1, r->node);
	db_bind_text(s, 2, r->job);
	db_bind_text(s, 3, r->target);
	db_bind_text(s, 4, r->fuzzer);
	db_bind_text(s, 5, record_text(r, "instance"));
}

/* One number of the first row; -1 when there is none, -2 on failure. */
static int64_t
first_number(struct db_statement *s)
{
	enum db_step step = db_step(s);
	int64_t number = step == DB_ROW ? db_column_integer(s, 0) : -1;

	db_reset(s);
	return step == DB_FAILED ? -2 : number;
}

static int64_t
series_of(struct ingest *in, const struct record *r)
{
	struct db_statement *find = db_static(in->db,
	    "SELECT id FROM series WHERE coalesce(node, '') ="
	    " coalesce(?1, '') AND coalesce(job, '') = coalesce(?2, '')"
	    " AND coalesce(target, '') = coalesce(?3, '')"
	    " AND coalesce(fuzzer, '') = coalesce(?4, '')"
	    " AND coalesce(instance, '') = coalesce(?5, '')");
	struct db_statement *add;
	int64_t id;

	if (find == NULL)
		return -2;
	bind_series(find, r);
	id = first_number(find);
	if (id != -1)
		return id;
	add = db_static(in->db,
	    "INSERT INTO series (node, job, target, fuzzer, instance)"
	    " VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id");
	if (add == NULL)
		return -2;
	bind_series(add, r);
	return first_number(add);
}

static int
insert_list(struct ingest *in, const struct record *r)
{
	static const char *const keys[] = {"event", "position", NULL};
	const struct record_list *list = r->type->list;
	struct db_statement *s = db_find(in->db, list->fields);
	size_t i, width = field_count(list->fields);

	if (s == NULL)
		s = prepare_insert(in, list->table, keys, list->fields);
	for (i = 0; s != NULL && i < r->list_rows; i++) {
		db_bind_text(s, 1, r->id);
		db_bind_integer(s, 2, (int64_t)i);
		bind_fields(s, 3, list->fields, r->list_values + i * width);
		if (db_run(s) < 0)
			return -1;
	}
	return s == NULL ? -1 : 0;
}

int
ingest_row(struct ingest *in, const struct record *r)
{
	struct db_statement *s = row_statement(in, r->type);
	int64_t series;
	int n = 1;

	if (s == NULL)
		return -1;
	if (r->type->repeats & RECORD_SERIES) {
		if ((series = series_of(in, r)) < 0)
			return -1;
		db_bind_integer(s, ++n, series);
	}
	db_bind_text(s, 1, r->id);
	if (r->type->repeats & RECORD_TIME)
		db_bind_integer(s, ++n, r->time);
	if (r->type->repeats & RECORD_NODE)
		db_bind_text(s, ++n, r->node);
	if (r->type->repeats & RECORD_JOB)
		db_bind_text(s, ++n, r->job);
	bind_fields(s, n + 1, r->type->fields, r->values);
	if (db_run(s) < 0)
		return -1;
	return r->type->list == NULL || r->list_rows == 0 ? 0
							  : insert_list(in, r);
}
