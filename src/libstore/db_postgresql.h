/*
 * What the files of the PostgreSQL engine share. The connection is in pipeline
 * mode: what has no answer is sent and not waited for; postgres_sync waits for
 * all of it.
 */
#ifndef PF_DB_POSTGRESQL_H
#define PF_DB_POSTGRESQL_H

#include <libpq-fe.h>

#include "buf.h"
#include "db_engine.h"

struct postgres {
	struct db db;
	PGconn *connection;
	char *where;
	enum db_mode mode;
	int64_t wait_ms;
	/* Statements are prepared again when this has changed. */
	unsigned generation;
	unsigned names; /* given to statements so far */
	size_t unanswered;
	PGresult *answer; /* of the last command that had rows */
	int64_t changes;
	bool warned; /* by the server, since the last commit began */
	bool failed; /* a command, since the last rollback */
};

/* A text that the server knows by a name, once this connection has sent it. */
struct postgres_text {
	char name[16];
	char *sql; /* owned */
	unsigned generation;
	/* NULL: the server finds the types out. */
	const Oid *types;
	int parameters;
};

static inline struct postgres *
postgres_of(struct db *db)
{
	return (struct postgres *)(void *)db;
}

/* -1 with db_error when `where` is no address; it is not repeated. */
int postgres_check_address(struct postgres *p);
/* Connects and sets the session up; -1 with db_error. */
int postgres_connect(struct postgres *p);
/* `where` as a person may read it. The caller frees it. */
char *postgres_name(const char *where);

enum db_fault postgres_fault(const char *sqlstate);
/* From a result that failed, or from the connection where `result` is NULL;
 * always -1. */
int postgres_fail(struct postgres *p, const PGresult *result);

/* Takes `sql`, which is in the form ?1 to ?N. */
void postgres_text_init(
    struct postgres_text *t, const char *sql, const Oid *types, int parameters);
/* Sends it with its parameters' values, which are texts where `lengths` and
 * `formats` are NULL; before that the text itself where this connection has not
 * seen it. */
int postgres_send(struct postgres *p, struct postgres_text *t,
    const char *const *values, const int *lengths, const int *formats);
/* Waits for all that was sent: 0, or -1 with the first error. */
int postgres_sync(struct postgres *p);

struct db_statement *postgres_prepare(struct db *db, const char *sql);
void postgres_finalize(struct db_statement *s);
void postgres_bind_null(struct db_statement *s, int parameter);
void
postgres_bind_integer(struct db_statement *s, int parameter, int64_t value);
void postgres_bind_real(struct db_statement *s, int parameter, double value);
void
postgres_bind_text(struct db_statement *s, int parameter, const char *text);
int postgres_run(struct db_statement *s);
enum db_step postgres_step(struct db_statement *s);
void postgres_reset(struct db_statement *s);
bool postgres_column_is_null(struct db_statement *s, int column);
int64_t postgres_column_integer(struct db_statement *s, int column);
double postgres_column_real(struct db_statement *s, int column);
const char *postgres_column_text(struct db_statement *s, int column);

struct db_rows *postgres_rows(struct db *db, const char *table,
    const struct db_column *columns, size_t count);
void postgres_rows_free(struct db_rows *rows);
void postgres_rows_null(struct db_rows *rows);
void postgres_rows_integer(struct db_rows *rows, int64_t value);
void postgres_rows_real(struct db_rows *rows, double value);
void postgres_rows_text(struct db_rows *rows, const char *text, size_t len);
int postgres_rows_end(struct db_rows *rows);
int postgres_rows_flush(struct db_rows *rows);
void postgres_rows_clear(struct db_rows *rows);

#endif
