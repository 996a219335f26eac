/* Rows: the ledger first, then the table of the type. */
#include "ingest_store.h"

#include <errno.h>
#include <stdlib.h>

#include "buf.h"
#include "mem.h"
#include "msg.h"

/* By address: what the ledger's rows are known by. */
static const struct db_column ledger[] = {
    {"id", DB_TEXT},
    {"rev", DB_INTEGER},
    {"type", DB_TEXT},
    {"time", DB_INTEGER},
    {"node", DB_TEXT},
    {"job", DB_TEXT},
    {"target", DB_TEXT},
    {"fuzzer", DB_TEXT},
    {"extra", DB_JSON},
    {"raw", DB_JSON},
};

int
ingest_artifact_failed(struct ingest *in)
{
	enum db_fault fault = errno == ENOSPC || errno == EDQUOT ? DB_FAULT_FULL
	    : errno == EACCES || errno == EPERM || errno == EROFS
	    ? DB_FAULT_PERMISSION
	    : errno == ENOENT || errno == ENOTDIR ? DB_FAULT_CREATE
						  : DB_FAULT_IO;

	return db_fail(in->db, fault, "keep an input in %s: %s",
	    msg_quote(in->options.artifacts), strerror(errno));
}

/* What a node may say is about itself: an event of another's stays. */
static bool
may_replace(const struct record *r, const char *node)
{
	return r->batch->node == NULL ||
	    (node != NULL && strcmp(node, r->batch->node) == 0);
}

/* A later record of the same id in the batch: the higher rev is kept. */
static void
settle_twins(struct record *earlier, struct record *later)
{
	if (later->rev > earlier->rev && may_replace(later, earlier->node))
		earlier->fate = RECORD_KNOWN;
	else
		later->fate = RECORD_KNOWN;
}

/* The ids as a JSON array, and in->ids, where each stands. */
static void
list_ids(struct ingest *in, struct record *const *records, size_t count,
    struct buf *list)
{
	size_t i;

	names_clear(&in->ids);
	buf_add_char(list, '[');
	for (i = 0; i < count; i++) {
		struct record *r = records[i];
		int64_t *twin = names_find(&in->ids, r->id, HASH_TEXT - 1);

		r->fate = RECORD_FRESH;
		if (twin != NULL) {
			settle_twins(records[*twin], r);
			if (r->fate == RECORD_FRESH)
				*twin = (int64_t)i;
			continue;
		}
		names_add(&in->ids, r->id, HASH_TEXT - 1, (int64_t)i);
		buf_add_str(list, list->len > 1 ? ",\"" : "\"");
		buf_add(list, r->id, HASH_TEXT - 1);
		buf_add_char(list, '"');
	}
	buf_add_char(list, ']');
}

/* A row of the ledger. */
static int
settle_fate(struct ingest *in, struct record *r, int64_t rev, const char *node)
{
	int rolled = 0;

	if (rev >= r->rev) {
		r->fate = RECORD_KNOWN;
		return 0;
	}
	if (!may_replace(r, node))
		return db_fail(in->db, DB_FAULT_CONSTRAINT,
		    "event %s is another node's", r->id);
	/* One that stands for others does not go. */
	if (r->type != NULL && r->type->rollup != NULL)
		rolled = ingest_has_rolled(in, r->id);
	r->fate = rolled > 0 ? RECORD_KNOWN : RECORD_NEWER;
	return rolled < 0 ? -1 : 0;
}

/* Finds what is in the store already, and how far back series are as they
 * were told: both at one moment. */
static int
settle_fates(struct ingest *in, struct record *const *records, size_t count)
{
	struct db_statement *s = db_static(in->db,
	    "SELECT id, rev, node FROM events WHERE id {in ?1}"
	    " UNION ALL SELECT type, until, CAST(runs AS TEXT) FROM rollups");
	struct buf *list = &in->scratch;
	enum db_step step;
	const char *name;
	int64_t *place;

	buf_clear(list);
	list_ids(in, records, count, list);
	names_clear(&in->rolled);
	in->rolled_runs = 0;
	if (s == NULL)
		return -1;
	db_bind_text(s, 1, list->data);
	while ((step = db_step(s)) == DB_ROW) {
		name = db_column_text(s, 0);
		place = names_find(&in->ids, name, strlen(name));
		if (place == NULL) {
			names_add(&in->rolled, name, strlen(name),
			    db_column_integer(s, 1));
			in->rolled_runs += atoll(db_column_text(s, 2));
		} else if (settle_fate(in, records[*place],
			       db_column_integer(s, 1),
			       db_column_text(s, 2)) < 0)
			break;
	}
	db_reset(s);
	return step == DB_DONE ? 0 : -1;
}

/* Late ones may have come before, and have become part of another. */
static int
settle_late(struct ingest *in, struct record *const *records, size_t count)
{
	size_t i;

	for (i = 0; i < count && in->rolled.count > 0; i++) {
		struct record *r = records[i];
		int rolled = 0;

		if (r->fate == RECORD_FRESH && r->type != NULL &&
		    r->type->rollup != NULL)
			rolled = ingest_is_rolled(in, r);
		if (rolled < 0)
			return -1;
		if (rolled == 0)
			continue;
		r->fate = RECORD_KNOWN;
		r->batch->counts.stored--;
		r->batch->counts.duplicate++;
	}
	return 0;
}

/*
 * Since it was looked for another may have put a rev in its place, which is not
 * ours to remove. What is held is nobody else's until the transaction ends.
 */
static int
hold_older(struct ingest *in, const struct record *r)
{
	struct db_statement *s = db_static(in->db,
	    "SELECT 1 FROM events WHERE id = ?1 AND rev < ?2 {for update}");
	enum db_step step;

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, r->id);
	db_bind_integer(s, 2, r->rev);
	step = db_step(s);
	db_reset(s);
	if (step == DB_DONE)
		return db_fail(in->db, DB_FAULT_AGAIN,
		    "another rev of event %s came at the same time", r->id);
	return step == DB_FAILED ? -1 : 0;
}

static int
remove_older(struct ingest *in, const struct record *r)
{
	struct db_statement *s =
	    db_static(in->db, "DELETE FROM events WHERE id = ?1");

	if (r->type != NULL && r->type->forget != NULL &&
	    r->type->forget(in, r->id) < 0)
		return -1;
	if (s == NULL)
		return -1;
	db_bind_text(s, 1, r->id);
	return db_run(s);
}

static void
add_text(struct db_rows *rows, const char *text)
{
	if (text == NULL)
		db_rows_null(rows);
	else
		db_rows_text(rows, text, strlen(text));
}

static int
add_to_ledger(struct db_rows *rows, const struct record *r)
{
	db_rows_text(rows, r->id, HASH_TEXT - 1);
	db_rows_integer(rows, r->rev);
	add_text(rows, r->type_name);
	db_rows_integer(rows, r->time);
	add_text(rows, r->node);
	add_text(rows, r->job);
	add_text(rows, r->target);
	add_text(rows, r->fuzzer);
	add_text(rows, r->extra);
	if (r->type == NULL)
		db_rows_text(rows, r->line, r->len);
	else
		db_rows_null(rows);
	return db_rows_end(rows);
}

/* The rows of a table with those of `keys` (up to a NULL name) before the
 * fields; known by the address of the fields. */
static struct db_rows *
rows_of(struct ingest *in, const char *table, const struct db_column *keys,
    const struct field *fields)
{
	struct db_rows *rows = db_rows_find(in->db, fields);
	struct db_column *columns;
	size_t n = 0, i;

	if (rows != NULL)
		return rows;
	columns = mem_calloc(field_count(fields) + 8, sizeof *columns);
	for (; keys->name != NULL; keys++)
		columns[n++] = *keys;
	for (i = 0; fields[i].name != NULL; i++)
		if (fields[i].column != NULL)
			columns[n++] = (struct db_column){
			    fields[i].column, field_type(fields[i].kind)};
	rows = db_rows(in->db, fields, table, columns, n);
	free(columns);
	return rows;
}

static struct db_rows *
rows_of_type(struct ingest *in, const struct record_type *type)
{
	struct db_column keys[8] = {{"event", DB_TEXT}};
	size_t n = 1;

	if (type->repeats & RECORD_SERIES)
		keys[n++] = (struct db_column){"series", DB_INTEGER};
	if (type->repeats & RECORD_TIME)
		keys[n++] = (struct db_column){"time", DB_INTEGER};
	if (type->repeats & RECORD_NODE)
		keys[n++] = (struct db_column){"node", DB_TEXT};
	if (type->repeats & RECORD_JOB)
		keys[n++] = (struct db_column){"job", DB_TEXT};
	if (type->repeats & RECORD_TARGET)
		keys[n++] = (struct db_column){"target", DB_TEXT};
	keys[n] = (struct db_column){NULL, DB_TEXT};
	return rows_of(in, type->table, keys, type->fields);
}

static struct db_rows *
rows_of_list(struct ingest *in, const struct record_list *list)
{
	static const struct db_column keys[] = {
	    {"event", DB_TEXT}, {"position", DB_INTEGER}, {NULL, DB_TEXT}};

	return rows_of(in, list->table, keys, list->fields);
}

static void
add_fields(struct db_rows *rows, const struct field *fields,
    const struct field_value *values)
{
	size_t i;

	for (i = 0; fields[i].name != NULL; i++)
		if (fields[i].column != NULL)
			field_add(rows, &values[i]);
}

static int
add_list(struct ingest *in, const struct record *r)
{
	const struct record_list *list = r->type->list;
	struct db_rows *rows = rows_of_list(in, list);
	size_t i, width = field_count(list->fields);

	for (i = 0; rows != NULL && i < r->list_rows; i++) {
		db_rows_text(rows, r->id, HASH_TEXT - 1);
		db_rows_integer(rows, (int64_t)i);
		add_fields(rows, list->fields, r->list_values + i * width);
		if (db_rows_end(rows) < 0)
			return -1;
	}
	return rows == NULL ? -1 : 0;
}

static int
add_row(struct ingest *in, const struct record *r)
{
	struct db_rows *rows;

	if (r->type == NULL || r->type->table == NULL)
		return 0;
	rows = rows_of_type(in, r->type);
	if (rows == NULL)
		return -1;
	db_rows_text(rows, r->id, HASH_TEXT - 1);
	if (r->type->repeats & RECORD_SERIES)
		db_rows_integer(rows, r->series);
	if (r->type->repeats & RECORD_TIME)
		db_rows_integer(rows, r->time);
	if (r->type->repeats & RECORD_NODE)
		add_text(rows, r->node);
	if (r->type->repeats & RECORD_JOB)
		add_text(rows, r->job);
	if (r->type->repeats & RECORD_TARGET)
		add_text(rows, r->target);
	add_fields(rows, r->type->fields, r->values);
	if (db_rows_end(rows) < 0)
		return -1;
	return r->list_rows == 0 ? 0 : add_list(in, r);
}

/* In an order in which what is referred to is there. */
static int
flush_rows(struct ingest *in)
{
	const struct record_type *type;
	struct db_rows *rows = db_rows_find(in->db, ledger);

	if (rows != NULL && db_rows_flush(rows) < 0)
		return -1;
	for (type = record_types; type->name != NULL; type++) {
		rows = db_rows_find(in->db, type->fields);
		if (rows != NULL && db_rows_flush(rows) < 0)
			return -1;
		rows = type->list == NULL
		    ? NULL
		    : db_rows_find(in->db, type->list->fields);
		if (rows != NULL && db_rows_flush(rows) < 0)
			return -1;
	}
	return 0;
}

static int
add_rows(struct ingest *in, struct record *const *records, size_t count)
{
	struct db_rows *rows = db_rows_find(in->db, ledger);
	size_t i;

	if (rows == NULL)
		rows = db_rows(in->db, ledger, "events", ledger,
		    sizeof ledger / sizeof ledger[0]);
	if (rows == NULL)
		return -1;
	for (i = 0; i < count; i++)
		if (records[i]->fate != RECORD_KNOWN &&
		    (add_to_ledger(rows, records[i]) < 0 ||
			add_row(in, records[i]) < 0))
			return -1;
	return flush_rows(in);
}

static int
each_fresh(
    struct ingest *in, struct record *const *records, size_t count, bool after)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct record_type *type = records[i]->type;
		int (*call)(struct ingest *, const struct record *);

		if (records[i]->fate == RECORD_KNOWN || type == NULL)
			continue;
		call = after ? type->after : type->before;
		if (call != NULL && call(in, records[i]) < 0)
			return -1;
	}
	return 0;
}

/* How many of them are to be stored. */
static int64_t
count_fates(struct record *const *records, size_t count)
{
	int64_t stored = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		bool known = records[i]->fate == RECORD_KNOWN;

		records[i]->batch->counts.duplicate += known;
		records[i]->batch->counts.stored += !known;
		stored += !known;
	}
	return stored;
}

int64_t
ingest_write(struct ingest *in, struct record *const *records, size_t count)
{
	int64_t stored;
	size_t i;

	if (settle_fates(in, records, count) < 0)
		return -1;
	stored = count_fates(records, count);
	if (stored == 0)
		return 0;
	ingest_groups_begin(in);
	for (i = 0; i < count; i++)
		if (records[i]->fate == RECORD_NEWER &&
		    (hold_older(in, records[i]) < 0 ||
			remove_older(in, records[i]) < 0))
			return -1;
	if (ingest_know(in, records, count) < 0 ||
	    settle_late(in, records, count) < 0 ||
	    each_fresh(in, records, count, false) < 0 ||
	    ingest_groups_open(in) < 0 || add_rows(in, records, count) < 0 ||
	    ingest_groups_refresh(in) < 0 ||
	    each_fresh(in, records, count, true) < 0)
		return -1;
	return stored;
}
