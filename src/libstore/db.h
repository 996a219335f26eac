/*
 * A database, whatever engine holds it. Statements are SQL with ?1 to ?N as
 * parameters, and with the words of dialect.h where engines differ; they are
 * prepared once and used many times.
 *
 * Every call that can fail returns -1 (or DB_FAILED, or NULL) and leaves what
 * happened in db_error. After a failure inside a transaction the caller rolls
 * back; nothing of it is kept. An engine behind a network sends what has no
 * answer together: then a failure of db_run or of a flush is told by the next
 * call that needs an answer, at the latest by db_commit.
 */
#ifndef PF_DB_H
#define PF_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct db_statement;

enum db_fault {
	DB_FAULT_NONE,
	DB_FAULT_BUSY,    /* others held the lock for longer than `wait_ms` */
	DB_FAULT_AGAIN,   /* lost against another writer: roll back, redo */
	DB_FAULT_LOST,    /* the connection is gone: db_reopen, redo */
	DB_FAULT_FULL,    /* no room left on the disk */
	DB_FAULT_ADDRESS, /* no store can have such a name */
	DB_FAULT_CONFIG,  /* not to be connected to in the way that is asked */
	DB_FAULT_MISSING, /* there is no store here */
	DB_FAULT_CREATE,  /* it cannot be created: no such directory */
	DB_FAULT_PERMISSION, /* not allowed, or a read-only place */
	DB_FAULT_PLACE,      /* no file system for a store */
	DB_FAULT_IO,
	DB_FAULT_FOREIGN,    /* not a database, not ours, or damaged */
	DB_FAULT_VERSION,    /* a schema that this program does not know */
	DB_FAULT_CONSTRAINT, /* the schema refuses this row */
	DB_FAULT_PROGRAM     /* wrong SQL or wrong use: a bug */
};

struct db_error {
	enum db_fault fault;
	char text[512]; /* a sentence's rest, names in it quoted */
};

enum db_mode {
	DB_READ,  /* must exist; nothing is written */
	DB_WRITE, /* must exist */
	DB_CREATE /* is created when it does not exist */
};

struct db_options {
	enum db_mode mode;
	int64_t wait_ms; /* for a lock, at most; then DB_FAULT_BUSY */
	int cache_kib;   /* SQLite's pages in memory; 0 is DB_CACHE_KIB */
};

#define DB_WAIT_MS 30000
#define DB_CACHE_KIB 2000

enum db_step { DB_FAILED = -1, DB_DONE, DB_ROW };

/*
 * Opens the store that `where` names: a path, or postgresql://… as libpq takes
 * it. NULL with *why set. The schema is not looked at: see migrate.h.
 */
struct db *db_open(
    const char *where, const struct db_options *options, struct db_error *why);
/* Whether `where` is a path and no address. */
bool db_is_file(const char *where);
/*
 * After DB_FAULT_LOST: connects anew, waiting for `wait_ms` at most, and
 * prepares again what was prepared. What was sent and not committed is gone;
 * whether a commit that was lost took place is not known.
 */
int db_reopen(struct db *db);
/* Ends all statements with it. NULL is allowed. */
void db_close(struct db *db);

/* As people may read it: without a password. */
const char *db_name(const struct db *db);
const struct db_error *db_error(const struct db *db);
/* As if nothing had gone wrong yet. */
void db_forget_error(struct db *db);
/* The sysexits code that a fault stands for. */
int db_exit_code(enum db_fault fault);
/* Sets the error; always -1. */
int db_fail(struct db *db, enum db_fault fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Runs SQL that returns no rows, one or more statements. */
int db_exec(struct db *db, const char *sql);

/* Takes the write lock at once: a reader that turns writer would starve. */
int db_begin(struct db *db);
/* One consistent view for many reads. */
int db_begin_read(struct db *db);
/* Returns 0 when what was written is on the disk. */
int db_commit(struct db *db);
/* Ends a transaction that wrote nothing, or nearly so: returns 0 when what it
 * has read is as safe as if it had written it. */
int db_settle(struct db *db);
/* Waits for what was sent to be done: 0, or -1 with its failure. */
int db_check(struct db *db);
/* What is in a log beside the store goes into it, as far as readers let it: 0,
 * or -1 with db_error. A server does so by itself. */
int db_write_back(struct db *db);
/* Harmless when no transaction is open. */
void db_rollback(struct db *db);

/* The statement lives until db_close. `key`, which may be NULL, is what
 * db_find knows it by. */
struct db_statement *
db_prepare(struct db *db, const void *key, const char *sql);
/* NULL when none was prepared under that address. */
struct db_statement *db_find(const struct db *db, const void *key);
/* The statement of a static text, prepared at its first use. */
struct db_statement *db_static(struct db *db, const char *sql);

/* Parameters count from 1. Text is borrowed until db_reset; NULL
 * text binds NULL. */
void db_bind_null(struct db_statement *s, int parameter);
void db_bind_integer(struct db_statement *s, int parameter, int64_t value);
void db_bind_real(struct db_statement *s, int parameter, double value);
void db_bind_text(struct db_statement *s, int parameter, const char *text);

enum db_step db_step(struct db_statement *s);
/* Forgets the row and all parameters; the statement can be used again. */
void db_reset(struct db_statement *s);
/* For statements without rows: step and reset. 0, or -1. */
int db_run(struct db_statement *s);
/* How many rows the last statement that wrote has changed, -1 on failure. */
int64_t db_changes(struct db *db);

/* Columns of the present row count from 0; text lives until the next step. */
bool db_column_is_null(struct db_statement *s, int column);
int64_t db_column_integer(struct db_statement *s, int column);
double db_column_real(struct db_statement *s, int column);
/* `unknown` for NULL. */
int64_t
db_column_integer_or(struct db_statement *s, int column, int64_t unknown);
double db_column_real_or(struct db_statement *s, int column, double unknown);
/* NULL for NULL. */
const char *db_column_text(struct db_statement *s, int column);

/*
 * Rows for one table, written together: each column in turn, then
 * db_rows_end. They are in the table after db_rows_flush, in no certain order.
 */
enum db_type { DB_INTEGER, DB_REAL, DB_TEXT, DB_JSON };
struct db_column {
	const char *name;
	enum db_type type;
};
struct db_rows;

/* Lives until db_close; `key` as in db_prepare, for db_rows_find. `table` and
 * the columns' names are borrowed for as long. */
struct db_rows *db_rows(struct db *db, const void *key, const char *table,
    const struct db_column *columns, size_t count);
struct db_rows *db_rows_find(const struct db *db, const void *key);
/* The value of the next column; text is borrowed until db_rows_end. */
void db_rows_null(struct db_rows *rows);
void db_rows_integer(struct db_rows *rows, int64_t value);
void db_rows_real(struct db_rows *rows, double value);
void db_rows_text(struct db_rows *rows, const char *text, size_t len);
int db_rows_end(struct db_rows *rows);
/* What is not flushed is forgotten by db_rollback. */
int db_rows_flush(struct db_rows *rows);

/* 1 when the store has no table yet, 0 when it has, -1 on failure. */
int db_is_empty(struct db *db);
/* Inside a transaction: writes the mark by which a store is known as ours. */
int db_mark(struct db *db);

#endif
