/* The database interface: finds the engine and hands over to it. */
#include "db.h"

#include <stdarg.h>
#include <sysexits.h>

#include "db_engine.h"
#include "mem.h"

/* The last one has no scheme: whatever is no URL is a path. */
static const struct db_engine *const engines[] = {&db_postgresql, &db_sqlite};

static bool
is_its_scheme(const struct db_engine *engine, const char *where)
{
	const char *const *scheme;

	for (scheme = engine->schemes; *scheme != NULL; scheme++)
		if (strncmp(where, *scheme, strlen(*scheme)) == 0)
			return true;
	return false;
}

static const struct db_engine *
engine_of(const char *where)
{
	size_t last = sizeof engines / sizeof engines[0] - 1, i = 0;

	while (i < last && !is_its_scheme(engines[i], where))
		i++;
	return engines[i];
}

bool
db_is_file(const char *where)
{
	return engine_of(where) == &db_sqlite;
}

struct db *
db_open(
    const char *where, const struct db_options *options, struct db_error *why)
{
	return engine_of(where)->open(where, options, why);
}

int
db_reopen(struct db *db)
{
	return db->engine->reopen(db);
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	while (db->statements != NULL) {
		struct db_statement *s = db->statements;

		db->statements = s->next;
		free(s->sql);
		db->engine->finalize(s);
	}
	while (db->rows != NULL) {
		struct db_rows *rows = db->rows;

		db->rows = rows->next;
		db->engine->rows_free(rows);
	}
	db->engine->close(db);
}

const char *
db_name(const struct db *db)
{
	return db->name;
}

const struct db_error *
db_error(const struct db *db)
{
	return &db->error;
}

void
db_forget_error(struct db *db)
{
	db->error.fault = DB_FAULT_NONE;
}

int
db_exit_code(enum db_fault fault)
{
	switch (fault) {
	case DB_FAULT_NONE:
		return 0;
	case DB_FAULT_BUSY:
	case DB_FAULT_AGAIN:
	case DB_FAULT_LOST:
	case DB_FAULT_FULL:
		return EX_TEMPFAIL;
	case DB_FAULT_ADDRESS:
		return EX_USAGE;
	case DB_FAULT_MISSING:
		return EX_NOINPUT;
	case DB_FAULT_CREATE:
		return EX_CANTCREAT;
	case DB_FAULT_PERMISSION:
		return EX_NOPERM;
	case DB_FAULT_IO:
		return EX_IOERR;
	case DB_FAULT_FOREIGN:
	case DB_FAULT_CONSTRAINT:
		return EX_DATAERR;
	case DB_FAULT_CONFIG:
	case DB_FAULT_VERSION:
	case DB_FAULT_PLACE:
		return EX_CONFIG;
	case DB_FAULT_PROGRAM:
		break;
	}
	return EX_SOFTWARE;
}

int
db_fail(struct db *db, enum db_fault fault, const char *format, ...)
{
	va_list ap;

	db->error.fault = fault;
	va_start(ap, format);
	vsnprintf(db->error.text, sizeof db->error.text, format, ap);
	va_end(ap);
	return -1;
}

int
db_exec(struct db *db, const char *sql)
{
	struct buf ours = BUF_INIT;
	int status;

	dialect_write(&ours, db->engine->dialect, sql);
	status = db->engine->exec(db, ours.data);
	buf_release(&ours);
	return status;
}

int
db_begin(struct db *db)
{
	return db->engine->begin(db, true);
}

int
db_begin_read(struct db *db)
{
	return db->engine->begin(db, false);
}

int
db_commit(struct db *db)
{
	return db->engine->commit(db);
}

int
db_settle(struct db *db)
{
	return db->engine->settle(db);
}

int
db_check(struct db *db)
{
	return db->engine->check(db);
}

int
db_write_back(struct db *db)
{
	return db->engine->write_back(db);
}

void
db_rollback(struct db *db)
{
	struct db_rows *rows;

	for (rows = db->rows; rows != NULL; rows = rows->next)
		db->engine->rows_clear(rows);
	db->engine->rollback(db);
}

int64_t
db_changes(struct db *db)
{
	return db->engine->changes(db);
}

int
db_is_empty(struct db *db)
{
	return db->engine->is_empty(db);
}

int
db_mark(struct db *db)
{
	return db->engine->mark(db);
}

struct db_statement *
db_prepare(struct db *db, const void *key, const char *sql)
{
	struct buf ours = BUF_INIT;
	struct db_statement *s;

	dialect_write(&ours, db->engine->dialect, sql);
	s = db->engine->prepare(db, ours.data);
	if (s == NULL) {
		buf_release(&ours);
		return NULL;
	}
	s->db = db;
	s->key = key;
	s->sql = buf_take(&ours);
	s->next = db->statements;
	db->statements = s;
	return s;
}

struct db_statement *
db_find(const struct db *db, const void *key)
{
	struct db_statement *s = db->statements;

	while (s != NULL && s->key != key)
		s = s->next;
	return s;
}

struct db_statement *
db_static(struct db *db, const char *sql)
{
	struct db_statement *s = db_find(db, sql);

	return s != NULL ? s : db_prepare(db, sql, sql);
}

void
db_bind_null(struct db_statement *s, int parameter)
{
	s->db->engine->bind_null(s, parameter);
}

void
db_bind_integer(struct db_statement *s, int parameter, int64_t value)
{
	s->db->engine->bind_integer(s, parameter, value);
}

void
db_bind_real(struct db_statement *s, int parameter, double value)
{
	s->db->engine->bind_real(s, parameter, value);
}

void
db_bind_text(struct db_statement *s, int parameter, const char *text)
{
	s->db->engine->bind_text(s, parameter, text);
}

enum db_step
db_step(struct db_statement *s)
{
	return s->db->engine->step(s);
}

void
db_reset(struct db_statement *s)
{
	s->db->engine->reset(s);
}

int
db_run(struct db_statement *s)
{
	return s->db->engine->run(s);
}

bool
db_column_is_null(struct db_statement *s, int column)
{
	return s->db->engine->column_is_null(s, column);
}

int64_t
db_column_integer(struct db_statement *s, int column)
{
	return s->db->engine->column_integer(s, column);
}

double
db_column_real(struct db_statement *s, int column)
{
	return s->db->engine->column_real(s, column);
}

int64_t
db_column_integer_or(struct db_statement *s, int column, int64_t unknown)
{
	return db_column_is_null(s, column) ? unknown
					    : db_column_integer(s, column);
}

double
db_column_real_or(struct db_statement *s, int column, double unknown)
{
	return db_column_is_null(s, column) ? unknown
					    : db_column_real(s, column);
}

const char *
db_column_text(struct db_statement *s, int column)
{
	return s->db->engine->column_text(s, column);
}

void
db_write_insert(struct buf *sql, const char *table,
    const struct db_column *columns, size_t count)
{
	size_t i;

	buf_addf(sql, "INSERT INTO %s (", table);
	for (i = 0; i < count; i++)
		buf_addf(sql, "%s%s", i > 0 ? ", " : "", columns[i].name);
	buf_add_str(sql, ")");
}

struct db_rows *
db_rows(struct db *db, const void *key, const char *table,
    const struct db_column *columns, size_t count)
{
	struct db_rows *rows = db->engine->rows(db, table, columns, count);

	if (rows == NULL)
		return NULL;
	rows->db = db;
	rows->key = key;
	rows->next = db->rows;
	db->rows = rows;
	return rows;
}

struct db_rows *
db_rows_find(const struct db *db, const void *key)
{
	struct db_rows *rows = db->rows;

	while (rows != NULL && rows->key != key)
		rows = rows->next;
	return rows;
}

void
db_rows_null(struct db_rows *rows)
{
	rows->db->engine->rows_null(rows);
}

void
db_rows_integer(struct db_rows *rows, int64_t value)
{
	rows->db->engine->rows_integer(rows, value);
}

void
db_rows_real(struct db_rows *rows, double value)
{
	rows->db->engine->rows_real(rows, value);
}

void
db_rows_text(struct db_rows *rows, const char *text, size_t len)
{
	rows->db->engine->rows_text(rows, text, len);
}

int
db_rows_end(struct db_rows *rows)
{
	return rows->db->engine->rows_end(rows);
}

int
db_rows_flush(struct db_rows *rows)
{
	return rows->db->engine->rows_flush(rows);
}
