/* What the files of the SQLite engine share. */
#ifndef PF_DB_SQLITE_H
#define PF_DB_SQLITE_H

#include <sqlite3.h>

#include "buf.h"
#include "db_engine.h"

struct sqlite {
	struct db db;
	sqlite3 *handle;
	char *path;
	int64_t wait_ms;
	int64_t wait_until; /* by clock_monotonic, of the present wait */
	unsigned random;
	bool told_of_wal, told_of_failure;
	bool writes;    /* and the log is there */
	bool uncounted; /* what was written back may not be on the disk */
	int file;       /* the store, open once more; -1: not yet */
};

static inline struct sqlite *
sqlite_of(struct db *db)
{
	return (struct sqlite *)(void *)db;
}

/* Whether the store would lie on a file system over a network, whose name is
 * appended then. */
bool sqlite_is_remote(const char *path, struct buf *type);
/* Sets db_error from what the last call said; always -1. */
int sqlite_fail(struct db *db);

/* Before the first look into the store: what is read of the log is what the
 * disk has of it. */
void sqlite_forget_log(struct sqlite *s);
/* After it: what a run before has left there is written back. -1 with db_error.
 */
int sqlite_settle_log(struct db *db);
/*
 * After an I/O error: no page in memory is believed, and all that is in the log
 * is written back again.
 */
void sqlite_distrust(struct sqlite *s);
/* sqlite3_wal_hook's. */
int
sqlite_watch_log(void *context, sqlite3 *handle, const char *name, int pages);
int sqlite_write_back(struct db *db);

struct db_statement *sqlite_prepare(struct db *db, const char *sql);
void sqlite_finalize(struct db_statement *s);
void sqlite_bind_null(struct db_statement *s, int parameter);
void sqlite_bind_integer(struct db_statement *s, int parameter, int64_t value);
void sqlite_bind_real(struct db_statement *s, int parameter, double value);
void sqlite_bind_text(struct db_statement *s, int parameter, const char *text);
int sqlite_run(struct db_statement *s);
enum db_step sqlite_step(struct db_statement *s);
void sqlite_reset(struct db_statement *s);
bool sqlite_column_is_null(struct db_statement *s, int column);
int64_t sqlite_column_integer(struct db_statement *s, int column);
double sqlite_column_real(struct db_statement *s, int column);
const char *sqlite_column_text(struct db_statement *s, int column);
struct db_rows *sqlite_rows(struct db *db, const char *table,
    const struct db_column *columns, size_t count);
void sqlite_rows_free(struct db_rows *rows);
void sqlite_rows_null(struct db_rows *rows);
void sqlite_rows_integer(struct db_rows *rows, int64_t value);
void sqlite_rows_real(struct db_rows *rows, double value);
void sqlite_rows_text(struct db_rows *rows, const char *text, size_t len);
int sqlite_rows_end(struct db_rows *rows);
int sqlite_rows_flush(struct db_rows *rows);
void sqlite_rows_clear(struct db_rows *rows);

#endif
