/* The SQLite engine: one file, WAL, and nothing acknowledged before fsync. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "clock.h"
#include "db_engine.h"
#include "mem.h"
#include "msg.h"

/* "pfst", at offset 68 of the file (sqlite.org/fileformat2.html, 1.3.16). */
#define APPLICATION_ID 0x70667374

struct sqlite {
	struct db db;
	sqlite3 *handle;
	char *path;
	char *name; /* as it was given, for messages */
	int64_t wait_ms;
	int64_t wait_until; /* by clock_monotonic, of the present wait */
	unsigned random;
};

struct sqlite_statement {
	struct db_statement statement;
	sqlite3_stmt *handle;
};

static struct sqlite *
sqlite_of(struct db *db)
{
	return (struct sqlite *)(void *)db;
}

static sqlite3_stmt *
handle_of(struct db_statement *s)
{
	return ((struct sqlite_statement *)(void *)s)->handle;
}

static enum db_fault
fault_of(sqlite3 *handle, int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return DB_FAULT_BUSY;
	case SQLITE_FULL:
		return DB_FAULT_FULL;
	case SQLITE_IOERR:
		/* The shared-memory file tells of a full disk in this way. */
		return sqlite3_system_errno(handle) == ENOSPC ? DB_FAULT_FULL
							      : DB_FAULT_IO;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return DB_FAULT_PERMISSION;
	case SQLITE_CANTOPEN:
		return DB_FAULT_CREATE;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return DB_FAULT_FOREIGN;
	case SQLITE_CONSTRAINT:
		return DB_FAULT_CONSTRAINT;
	default:
		return DB_FAULT_PROGRAM;
	}
}

static int
fail(struct db *db)
{
	struct sqlite *s = sqlite_of(db);
	int code = sqlite3_extended_errcode(s->handle);
	enum db_fault fault = fault_of(s->handle, code);

	/* One bad row is told of by its line, not by the store's name. */
	if (fault == DB_FAULT_CONSTRAINT)
		return db_fail(db, fault, "%s", sqlite3_errmsg(s->handle));
	if (fault == DB_FAULT_BUSY)
		return db_fail(db, fault,
		    "store %s is busy: others held its lock for %lld ms",
		    msg_quote(s->name), (long long)s->wait_ms);
	return db_fail(db, fault, "store %s: %s", msg_quote(s->name),
	    sqlite3_errmsg(s->handle));
}

/*
 * SQLite's own handler sleeps in fixed steps, so that one writer can lose
 * every race for seconds. Short random sleeps are fair and cheap.
 */
static int
busy(void *context, int tries)
{
	struct sqlite *s = context;
	int64_t now = clock_monotonic();
	unsigned bound = tries < 5 ? 1000U << tries : 32000U;
	struct timespec pause = {0, 0};

	if (tries == 0)
		s->wait_until = now + s->wait_ms;
	if (now >= s->wait_until)
		return 0;
	s->random = s->random * 1664525 + 1013904223;
	pause.tv_nsec = 1000L * (500 + (long)(s->random >> 8) % (long)bound);
	nanosleep(&pause, NULL);
	return 1;
}

/* One number from a pragma or a query; -1 on failure. */
static int
ask(struct db *db, const char *sql, int64_t *value)
{
	sqlite3_stmt *st;
	int code;

	if (sqlite3_prepare_v2(sqlite_of(db)->handle, sql, -1, &st, NULL) !=
	    SQLITE_OK)
		return fail(db);
	code = sqlite3_step(st);
	*value = code == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	if (code != SQLITE_ROW && code != SQLITE_DONE) {
		fail(db);
		sqlite3_finalize(st);
		return -1;
	}
	sqlite3_finalize(st);
	return 0;
}

static int
is_empty(struct db *db)
{
	int64_t tables = 0;

	if (ask(db, "SELECT count(*) FROM sqlite_schema", &tables) < 0)
		return -1;
	return tables == 0;
}

static int
exec(struct db *db, const char *sql)
{
	if (sqlite3_exec(sqlite_of(db)->handle, sql, NULL, NULL, NULL) !=
	    SQLITE_OK)
		return fail(db);
	return 0;
}

/* A file of another program is never written to. */
static int
check_owner(struct db *db)
{
	int64_t id = 0;
	int empty = is_empty(db);

	if (empty < 0 || ask(db, "PRAGMA application_id", &id) < 0)
		return -1;
	if (id == APPLICATION_ID || (empty == 1 && id == 0))
		return 0;
	return db_fail(db, DB_FAULT_FOREIGN,
	    "%s is a database of another program",
	    msg_quote(sqlite_of(db)->name));
}

static int
set_up(struct db *db, enum db_mode mode)
{
	static const char common[] = "PRAGMA foreign_keys=ON;"
				     "PRAGMA temp_store=MEMORY;"
				     "PRAGMA cache_size=-16384;";
	/* Takes only before the first table, and would lock a full store. */
	static const char fresh[] = "PRAGMA auto_vacuum=INCREMENTAL;";
	static const char writer[] = "PRAGMA journal_mode=WAL;"
				     "PRAGMA synchronous=FULL;"
				     "PRAGMA wal_autocheckpoint=4096;"
				     "PRAGMA journal_size_limit=67108864;";
	int empty;

	if (exec(db, common) < 0 || check_owner(db) < 0)
		return -1;
	if (mode == DB_READ)
		return 0;
	empty = is_empty(db);
	if (empty < 0 || (empty == 1 && exec(db, fresh) < 0))
		return -1;
	return exec(db, writer);
}

/* What the file system says is clearer than "unable to open". */
static int
check_path(struct db *db, enum db_mode mode)
{
	const char *path = sqlite_of(db)->path;
	struct stat st;

	if (stat(path, &st) < 0) {
		if (errno == EACCES)
			return db_fail(db, DB_FAULT_PERMISSION,
			    "open store %s: %s", msg_quote(sqlite_of(db)->name),
			    strerror(errno));
		if (mode != DB_CREATE)
			return db_fail(db, DB_FAULT_MISSING,
			    "there is no store %s",
			    msg_quote(sqlite_of(db)->name));
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return db_fail(db, DB_FAULT_FOREIGN,
		    "store %s is not a regular file",
		    msg_quote(sqlite_of(db)->name));
	return 0;
}

static int
open_file(struct db *db, enum db_mode mode)
{
	static const int flags[] = {
	    [DB_READ] = SQLITE_OPEN_READONLY,
	    [DB_WRITE] = SQLITE_OPEN_READWRITE,
	    [DB_CREATE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
	};
	struct sqlite *s = sqlite_of(db);
	int error;

	if (check_path(db, mode) < 0)
		return -1;
	if (sqlite3_open_v2(s->path, &s->handle,
		flags[mode] | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
		NULL) == SQLITE_OK) {
		sqlite3_busy_handler(s->handle, busy, s);
		return set_up(db, mode);
	}
	error = sqlite3_system_errno(s->handle);
	if (error == 0)
		return fail(db);
	return db_fail(db,
	    error == EACCES || error == EROFS || error == EPERM
		? DB_FAULT_PERMISSION
		: error == ENOSPC ? DB_FAULT_FULL
				  : DB_FAULT_CREATE,
	    "%s store %s: %s", mode == DB_CREATE ? "create" : "open",
	    msg_quote(s->name), strerror(error));
}

static void
close_file(struct db *db)
{
	struct sqlite *s = sqlite_of(db);

	sqlite3_close(s->handle);
	free(s->path);
	free(s->name);
	free(s);
}

static struct db *
open_store(
    const char *where, const struct db_options *options, struct db_error *why)
{
	struct sqlite *s = mem_calloc(1, sizeof *s);

	s->db.engine = &db_sqlite;
	/* A leading slash or dot keeps a name like "file:x" or ":memory:" from
	 * being anything but a path. */
	s->path = where[0] == '/' || where[0] == '.'
	    ? mem_dup(where)
	    : mem_printf("./%s", where);
	s->name = mem_dup(where);
	s->wait_ms = options->wait_ms;
	s->random = (unsigned)getpid() * 2654435761U;
	if (open_file(&s->db, options->mode) < 0) {
		*why = s->db.error;
		close_file(&s->db);
		return NULL;
	}
	return &s->db;
}

static int
begin(struct db *db, bool write)
{
	return exec(db, write ? "BEGIN IMMEDIATE" : "BEGIN");
}

static int
commit(struct db *db)
{
	return exec(db, "COMMIT");
}

static void
rollback(struct db *db)
{
	/* Some failures have rolled back already. */
	if (!sqlite3_get_autocommit(sqlite_of(db)->handle))
		sqlite3_exec(
		    sqlite_of(db)->handle, "ROLLBACK", NULL, NULL, NULL);
}

static int64_t
changes(struct db *db)
{
	return sqlite3_changes64(sqlite_of(db)->handle);
}

static int
mark(struct db *db)
{
	char sql[64];

	snprintf(sql, sizeof sql, "PRAGMA application_id=%d", APPLICATION_ID);
	return exec(db, sql);
}

static struct db_statement *
prepare(struct db *db, const char *sql)
{
	struct sqlite_statement *s = mem_calloc(1, sizeof *s);

	if (sqlite3_prepare_v3(sqlite_of(db)->handle, sql, -1,
		SQLITE_PREPARE_PERSISTENT, &s->handle, NULL) != SQLITE_OK) {
		fail(db);
		free(s);
		return NULL;
	}
	return &s->statement;
}

static void
finalize(struct db_statement *s)
{
	sqlite3_finalize(handle_of(s));
	free(s);
}

static void
bind_null(struct db_statement *s, int parameter)
{
	sqlite3_bind_null(handle_of(s), parameter);
}

static void
bind_integer(struct db_statement *s, int parameter, int64_t value)
{
	sqlite3_bind_int64(handle_of(s), parameter, value);
}

static void
bind_real(struct db_statement *s, int parameter, double value)
{
	sqlite3_bind_double(handle_of(s), parameter, value);
}

static void
bind_text(struct db_statement *s, int parameter, const char *text)
{
	if (text == NULL)
		sqlite3_bind_null(handle_of(s), parameter);
	else
		sqlite3_bind_text(
		    handle_of(s), parameter, text, -1, SQLITE_STATIC);
}

static void
bind_bytes(struct db_statement *s, int parameter, const void *bytes, size_t n)
{
	sqlite3_bind_blob64(handle_of(s), parameter, bytes, n, SQLITE_STATIC);
}

static enum db_step
step(struct db_statement *s)
{
	switch (sqlite3_step(handle_of(s))) {
	case SQLITE_ROW:
		return DB_ROW;
	case SQLITE_DONE:
		return DB_DONE;
	default:
		fail(s->db);
		return DB_FAILED;
	}
}

static void
reset(struct db_statement *s)
{
	sqlite3_reset(handle_of(s));
	sqlite3_clear_bindings(handle_of(s));
}

static bool
column_is_null(struct db_statement *s, int column)
{
	return sqlite3_column_type(handle_of(s), column) == SQLITE_NULL;
}

static int64_t
column_integer(struct db_statement *s, int column)
{
	return sqlite3_column_int64(handle_of(s), column);
}

static double
column_real(struct db_statement *s, int column)
{
	return sqlite3_column_double(handle_of(s), column);
}

static const char *
column_text(struct db_statement *s, int column)
{
	return (const char *)sqlite3_column_text(handle_of(s), column);
}

static int
column_count(struct db_statement *s)
{
	return sqlite3_column_count(handle_of(s));
}

static const char *
column_name(struct db_statement *s, int column)
{
	return sqlite3_column_name(handle_of(s), column);
}

const struct db_engine db_sqlite = {
    .scheme = NULL,
    .open = open_store,
    .close = close_file,
    .exec = exec,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .changes = changes,
    .is_empty = is_empty,
    .mark = mark,
    .prepare = prepare,
    .finalize = finalize,
    .bind_null = bind_null,
    .bind_integer = bind_integer,
    .bind_real = bind_real,
    .bind_text = bind_text,
    .bind_bytes = bind_bytes,
    .step = step,
    .reset = reset,
    .column_is_null = column_is_null,
    .column_integer = column_integer,
    .column_real = column_real,
    .column_text = column_text,
    .column_count = column_count,
    .column_name = column_name,
};
