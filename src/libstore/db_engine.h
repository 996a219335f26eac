/*
 * What an engine provides. Its struct begins with a struct db, its statements
 * with a struct db_statement. Only an engine's own file sees its library.
 */
#ifndef PF_DB_ENGINE_H
#define PF_DB_ENGINE_H

#include "db.h"
#include "dialect.h"

struct db_engine {
	/* A store whose name begins so is this engine's; no scheme takes the
	 * rest. */
	const char *const *schemes;
	enum dialect dialect;
	struct db *(*open)(const char *where, const struct db_options *options,
	    struct db_error *why);
	int (*reopen)(struct db *db);
	void (*close)(struct db *db);
	int (*exec)(struct db *db, const char *sql);
	int (*begin)(struct db *db, bool write);
	int (*commit)(struct db *db);
	int (*settle)(struct db *db);
	int (*check)(struct db *db);
	int (*write_back)(struct db *db);
	void (*rollback)(struct db *db);
	int64_t (*changes)(struct db *db);
	int (*is_empty)(struct db *db);
	int (*mark)(struct db *db);

	/* `sql` is in the engine's dialect. */
	struct db_statement *(*prepare)(struct db *db, const char *sql);
	void (*finalize)(struct db_statement *s);
	void (*bind_null)(struct db_statement *s, int parameter);
	void (*bind_integer)(
	    struct db_statement *s, int parameter, int64_t value);
	void (*bind_real)(struct db_statement *s, int parameter, double value);
	void (*bind_text)(
	    struct db_statement *s, int parameter, const char *text);
	int (*run)(struct db_statement *s);
	enum db_step (*step)(struct db_statement *s);
	void (*reset)(struct db_statement *s);
	bool (*column_is_null)(struct db_statement *s, int column);
	int64_t (*column_integer)(struct db_statement *s, int column);
	double (*column_real)(struct db_statement *s, int column);
	const char *(*column_text)(struct db_statement *s, int column);

	struct db_rows *(*rows)(struct db *db, const char *table,
	    const struct db_column *columns, size_t count);
	void (*rows_free)(struct db_rows *rows);
	void (*rows_null)(struct db_rows *rows);
	void (*rows_integer)(struct db_rows *rows, int64_t value);
	void (*rows_real)(struct db_rows *rows, double value);
	void (*rows_text)(struct db_rows *rows, const char *text, size_t len);
	int (*rows_end)(struct db_rows *rows);
	int (*rows_flush)(struct db_rows *rows);
	void (*rows_clear)(struct db_rows *rows);
};

struct db {
	const struct db_engine *engine;
	struct db_error error;
	char *name;                      /* for people: without secrets */
	struct db_statement *statements; /* all that were prepared */
	struct db_rows *rows;
};

struct db_statement {
	struct db *db;
	const void *key;
	char *sql; /* in the engine's dialect */
	struct db_statement *next;
};

struct db_rows {
	struct db *db;
	const void *key;
	struct db_rows *next;
};

/* Appends INSERT INTO table (a, b), without the values. */
void db_write_insert(struct buf *sql, const char *table,
    const struct db_column *columns, size_t count);

extern const struct db_engine db_sqlite, db_postgresql;

#endif
