/* The database interface: finds the engine and hands over to it. */
#include "db.h"

#include <stdarg.h>
#include <sysexits.h>

#include "db_engine.h"
#include "mem.h"

/* The last one has no scheme: whatever is no URL is a path. */
static const struct db_engine *const engines[] = {&db_sqlite};

static const struct db_engine *
engine_of(const char *where)
{
	size_t last = sizeof engines / sizeof engines[0] - 1, i;

	for (i = 0; i < last; i++)
		if (strncmp(where, engines[i]->scheme,
			strlen(engines[i]->scheme)) == 0)
			break;
	return engines[i];
}

struct db *
db_open(
    const char *where, const struct db_options *options, struct db_error *why)
{
	return engine_of(where)->open(where, options, why);
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
	db->engine->close(db);
}

const struct db_error *
db_error(const struct db *db)
{
	return &db->error;
}

int
db_exit_code(enum db_fault fault)
{
	switch (fault) {
	case DB_FAULT_NONE:
		return 0;
	case DB_FAULT_BUSY:
	case DB_FAULT_FULL:
		return EX_TEMPFAIL;
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
	case DB_FAULT_VERSION:
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
	return db->engine->exec(db, sql);
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

void
db_rollback(struct db *db)
{
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
	struct db_statement *s = db->engine->prepare(db, sql);

	if (s == NULL)
		return NULL;
	s->db = db;
	s->key = key;
	s->sql = mem_dup(sql);
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

void
db_bind_bytes(
    struct db_statement *s, int parameter, const void *bytes, size_t n)
{
	s->db->engine->bind_bytes(s, parameter, bytes, n);
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
	enum db_step step = db_step(s);

	db_reset(s);
	if (step == DB_ROW)
		return db_fail(
		    s->db, DB_FAULT_PROGRAM, "a statement gave rows unasked");
	return step == DB_DONE ? 0 : -1;
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

int
db_column_count(struct db_statement *s)
{
	return s->db->engine->column_count(s);
}

const char *
db_column_name(struct db_statement *s, int column)
{
	return s->db->engine->column_name(s, column);
}
