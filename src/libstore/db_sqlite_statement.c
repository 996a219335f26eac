/* Prepared statements, and rows, which are statements as well. */
#include "buf.h"
#include "db_sqlite.h"
#include "mem.h"

struct sqlite_statement {
	struct db_statement statement;
	sqlite3_stmt *handle;
};

/* Rows go in one by one: nothing is gained by waiting. */
struct sqlite_rows {
	struct db_rows rows;
	sqlite3_stmt *insert;
	int next; /* parameter */
};

static sqlite3_stmt *
handle_of(struct db_statement *s)
{
	return ((struct sqlite_statement *)(void *)s)->handle;
}

struct db_statement *
sqlite_prepare(struct db *db, const char *sql)
{
	struct sqlite_statement *s = mem_calloc(1, sizeof *s);

	if (sqlite3_prepare_v3(sqlite_of(db)->handle, sql, -1,
		SQLITE_PREPARE_PERSISTENT, &s->handle, NULL) != SQLITE_OK) {
		sqlite_fail(db);
		free(s);
		return NULL;
	}
	return &s->statement;
}

void
sqlite_finalize(struct db_statement *s)
{
	sqlite3_finalize(handle_of(s));
	free(s);
}

void
sqlite_bind_null(struct db_statement *s, int parameter)
{
	sqlite3_bind_null(handle_of(s), parameter);
}

void
sqlite_bind_integer(struct db_statement *s, int parameter, int64_t value)
{
	sqlite3_bind_int64(handle_of(s), parameter, value);
}

void
sqlite_bind_real(struct db_statement *s, int parameter, double value)
{
	sqlite3_bind_double(handle_of(s), parameter, value);
}

void
sqlite_bind_text(struct db_statement *s, int parameter, const char *text)
{
	if (text == NULL)
		sqlite3_bind_null(handle_of(s), parameter);
	else
		sqlite3_bind_text(
		    handle_of(s), parameter, text, -1, SQLITE_STATIC);
}

int
sqlite_run(struct db_statement *s)
{
	enum db_step got = s->db->engine->step(s);

	s->db->engine->reset(s);
	if (got == DB_ROW)
		return db_fail(
		    s->db, DB_FAULT_PROGRAM, "a statement gave rows unasked");
	return got == DB_DONE ? 0 : -1;
}

enum db_step
sqlite_step(struct db_statement *s)
{
	switch (sqlite3_step(handle_of(s))) {
	case SQLITE_ROW:
		return DB_ROW;
	case SQLITE_DONE:
		return DB_DONE;
	default:
		sqlite_fail(s->db);
		return DB_FAILED;
	}
}

void
sqlite_reset(struct db_statement *s)
{
	sqlite3_reset(handle_of(s));
	sqlite3_clear_bindings(handle_of(s));
}

bool
sqlite_column_is_null(struct db_statement *s, int column)
{
	return sqlite3_column_type(handle_of(s), column) == SQLITE_NULL;
}

int64_t
sqlite_column_integer(struct db_statement *s, int column)
{
	return sqlite3_column_int64(handle_of(s), column);
}

double
sqlite_column_real(struct db_statement *s, int column)
{
	return sqlite3_column_double(handle_of(s), column);
}

const char *
sqlite_column_text(struct db_statement *s, int column)
{
	return (const char *)sqlite3_column_text(handle_of(s), column);
}

static struct sqlite_rows *
rows_of(struct db_rows *rows)
{
	return (struct sqlite_rows *)(void *)rows;
}

/* INSERT INTO table (a, b) VALUES (?1, ?2) */
static void
write_insert(struct buf *sql, const char *table,
    const struct db_column *columns, size_t count)
{
	size_t i;

	db_write_insert(sql, table, columns, count);
	buf_add_str(sql, " VALUES (");
	for (i = 0; i < count; i++)
		buf_add_str(sql, i > 0 ? ", ?" : "?");
	buf_add_str(sql, ")");
}

struct db_rows *
sqlite_rows(struct db *db, const char *table, const struct db_column *columns,
    size_t count)
{
	struct sqlite_rows *r = mem_calloc(1, sizeof *r);
	struct buf sql = BUF_INIT;
	int code;

	write_insert(&sql, table, columns, count);
	code = sqlite3_prepare_v3(sqlite_of(db)->handle, sql.data, -1,
	    SQLITE_PREPARE_PERSISTENT, &r->insert, NULL);
	buf_release(&sql);
	if (code == SQLITE_OK)
		return &r->rows;
	sqlite_fail(db);
	free(r);
	return NULL;
}

void
sqlite_rows_free(struct db_rows *rows)
{
	sqlite3_finalize(rows_of(rows)->insert);
	free(rows);
}

void
sqlite_rows_null(struct db_rows *rows)
{
	struct sqlite_rows *r = rows_of(rows);

	sqlite3_bind_null(r->insert, ++r->next);
}

void
sqlite_rows_integer(struct db_rows *rows, int64_t value)
{
	struct sqlite_rows *r = rows_of(rows);

	sqlite3_bind_int64(r->insert, ++r->next, value);
}

void
sqlite_rows_real(struct db_rows *rows, double value)
{
	struct sqlite_rows *r = rows_of(rows);

	sqlite3_bind_double(r->insert, ++r->next, value);
}

void
sqlite_rows_text(struct db_rows *rows, const char *text, size_t len)
{
	struct sqlite_rows *r = rows_of(rows);

	sqlite3_bind_text64(
	    r->insert, ++r->next, text, len, SQLITE_STATIC, SQLITE_UTF8);
}

int
sqlite_rows_end(struct db_rows *rows)
{
	struct sqlite_rows *r = rows_of(rows);
	int code = sqlite3_step(r->insert);

	r->next = 0;
	if (code != SQLITE_DONE)
		sqlite_fail(rows->db);
	sqlite3_reset(r->insert);
	return code == SQLITE_DONE ? 0 : -1;
}

int
sqlite_rows_flush(struct db_rows *rows)
{
	(void)rows;
	return 0;
}

void
sqlite_rows_clear(struct db_rows *rows)
{
	rows_of(rows)->next = 0;
}
