/*
 * What an engine provides. Its struct begins with a struct db, its statements
 * with a struct db_statement. Only an engine's own file sees its library.
 */
#ifndef PF_DB_ENGINE_H
#define PF_DB_ENGINE_H

#include "db.h"

struct db_engine {
	/* A store whose name begins so is this engine's; NULL takes the rest.
	 */
	const char *scheme;
	struct db *(*open)(const char *where, const struct db_options *options,
	    struct db_error *why);
	void (*close)(struct db *db);
	int (*exec)(struct db *db, const char *sql);
	int (*begin)(struct db *db, bool write);
	int (*commit)(struct db *db);
	void (*rollback)(struct db *db);
	int64_t (*changes)(struct db *db);
	int (*is_empty)(struct db *db);
	int (*mark)(struct db *db);

	struct db_statement *(*prepare)(struct db *db, const char *sql);
	void (*finalize)(struct db_statement *s);
	void (*bind_null)(struct db_statement *s, int parameter);
	void (*bind_integer)(
	    struct db_statement *s, int parameter, int64_t value);
	void (*bind_real)(struct db_statement *s, int parameter, double value);
	void (*bind_text)(
	    struct db_statement *s, int parameter, const char *text);
	void (*bind_bytes)(
	    struct db_statement *s, int parameter, const void *bytes, size_t n);
	enum db_step (*step)(struct db_statement *s);
	void (*reset)(struct db_statement *s);
	bool (*column_is_null)(struct db_statement *s, int column);
	int64_t (*column_integer)(struct db_statement *s, int column);
	double (*column_real)(struct db_statement *s, int column);
	const char *(*column_text)(struct db_statement *s, int column);
	int (*column_count)(struct db_statement *s);
	const char *(*column_name)(struct db_statement *s, int column);
};

struct db {
	const struct db_engine *engine;
	struct db_error error;
	struct db_statement *statements; /* all that were prepared */
};

struct db_statement {
	struct db *db;
	const void *key;
	char *sql;
	struct db_statement *next;
};

extern const struct db_engine db_sqlite;

#endif
