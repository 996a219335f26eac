/* The SQLite engine: one file, WAL, and nothing acknowledged before fsync. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>

#include "clock.h"
#include "db_sqlite.h"
#include "mem.h"
#include "msg.h"
#include "stage.h"

/* "pfst", at offset 68 of the file (sqlite.org/fileformat2.html, 1.3.16). */
#define APPLICATION_ID 0x70667374

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

int
sqlite_fail(struct db *db)
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
		    msg_quote(s->db.name), (long long)s->wait_ms);
	db_fail(db, fault, "store %s: %s", msg_quote(s->db.name),
	    sqlite3_errmsg(s->handle));
	if (fault == DB_FAULT_IO)
		sqlite_distrust(s);
	return -1;
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
		return sqlite_fail(db);
	code = sqlite3_step(st);
	*value = code == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	if (code != SQLITE_ROW && code != SQLITE_DONE) {
		sqlite_fail(db);
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
		return sqlite_fail(db);
	return 0;
}

/*
 * To change the journal's mode SQLite does not wait for a lock, lest two that
 * do so wait for each other.
 */
static int
exec_patiently(struct db *db, const char *sql)
{
	int64_t until = clock_monotonic() + sqlite_of(db)->wait_ms;
	struct timespec pause = {0, 2000000};

	while (exec(db, sql) < 0) {
		if (db->error.fault != DB_FAULT_BUSY ||
		    clock_monotonic() >= until)
			return -1;
		nanosleep(&pause, NULL);
	}
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
	    "%s is a database of another program", msg_quote(db->name));
}

/*
 * What a killed writer has left in the log is read, and would be acknowledged,
 * though it is not on the disk yet. Nobody else leaves such a thing while we
 * have the file open: a log is recovered by the first who opens it.
 */
static int
sync_log(struct db *db)
{
	struct sqlite *s = sqlite_of(db);
	sqlite3_file *log = NULL;

	if (is_empty(db) < 0)
		return -1;
	sqlite3_file_control(
	    s->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	if (log == NULL || log->pMethods == NULL)
		return 0;
	/* A directory that cannot be opened or synced is none of its business,
	 * as it is none of SQLite's. */
	if (log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) == SQLITE_OK &&
	    (stage_sync_parent(s->path) == 0 || errno != EIO))
		return 0;
	return db_fail(db, DB_FAULT_IO, "store %s: its log cannot be synced",
	    msg_quote(db->name));
}

static int
set_up_writing(struct db *db)
{
	/* Takes only before the first table, and would lock a full store. */
	static const char fresh[] = "PRAGMA auto_vacuum=INCREMENTAL;";
	static const char writer[] = "PRAGMA journal_mode=WAL;"
				     "PRAGMA synchronous=FULL;"
				     "PRAGMA journal_size_limit=67108864;";
	int empty = is_empty(db);

	if (empty < 0 || (empty == 1 && exec(db, fresh) < 0))
		return -1;
	sqlite3_wal_hook(
	    sqlite_of(db)->handle, sqlite_watch_log, sqlite_of(db));
	if (exec_patiently(db, writer) < 0)
		return -1;
	sqlite_of(db)->writes = true;
	return sync_log(db) < 0 ? -1 : sqlite_settle_log(db);
}

static int
set_up(struct db *db, const struct db_options *options)
{
	int cache = options->cache_kib == 0 ? DB_CACHE_KIB : options->cache_kib;
	char common[128];

	snprintf(common, sizeof common,
	    "PRAGMA foreign_keys=ON;"
	    "PRAGMA temp_store=MEMORY;"
	    "PRAGMA cache_size=-%d;",
	    cache);
	sqlite_forget_log(sqlite_of(db));
	if (exec(db, common) < 0 || check_owner(db) < 0)
		return -1;
	return options->mode == DB_READ ? 0 : set_up_writing(db);
}

/* What the file system says is clearer than "unable to open". */
static int
check_path(struct db *db, enum db_mode mode)
{
	const char *path = sqlite_of(db)->path;
	struct buf type = BUF_INIT;
	struct stat st;

	if (sqlite_is_remote(path, &type)) {
		db_fail(db, DB_FAULT_PLACE,
		    "store %s lies on %s, where its locks do not hold: keep it"
		    " on a disk of this machine, or use postgresql://",
		    msg_quote(db->name), type.data);
		buf_release(&type);
		return -1;
	}
	buf_release(&type);
	if (stat(path, &st) < 0) {
		if (errno == EACCES)
			return db_fail(db, DB_FAULT_PERMISSION,
			    "open store %s: %s", msg_quote(db->name),
			    strerror(errno));
		if (mode != DB_CREATE)
			return db_fail(db, DB_FAULT_MISSING,
			    "there is no store %s", msg_quote(db->name));
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return db_fail(db, DB_FAULT_FOREIGN,
		    "store %s is not a regular file", msg_quote(db->name));
	return 0;
}

/*
 * SQLite tries to read what it may not create, and then says that it is not
 * there.
 */
static int
why_not_made(const char *path, int error)
{
	const char *slash = strrchr(path, '/');
	char *parent = mem_dup_n(path, (size_t)(slash - path) + 1);

	if (error == ENOENT &&
	    faccessat(AT_FDCWD, parent, W_OK | X_OK, AT_EACCESS) < 0)
		error = errno;
	free(parent);
	return error;
}

/* Counting each allocation costs 4 % of an ingest, and nobody asks for it. */
static void
configure(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int
open_file(struct db *db, const struct db_options *options)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static const int flags[] = {
	    [DB_READ] = SQLITE_OPEN_READONLY,
	    [DB_WRITE] = SQLITE_OPEN_READWRITE,
	    [DB_CREATE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
	};
	enum db_mode mode = options->mode;
	struct sqlite *s = sqlite_of(db);
	int error;

	if (check_path(db, mode) < 0)
		return -1;
	pthread_once(&once, configure);
	if (sqlite3_open_v2(s->path, &s->handle,
		flags[mode] | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
		NULL) == SQLITE_OK) {
		sqlite3_busy_handler(s->handle, busy, s);
		return set_up(db, options);
	}
	error = why_not_made(s->path, sqlite3_system_errno(s->handle));
	if (error == 0)
		return sqlite_fail(db);
	return db_fail(db,
	    error == EACCES || error == EROFS || error == EPERM
		? DB_FAULT_PERMISSION
		: error == ENOSPC ? DB_FAULT_FULL
				  : DB_FAULT_CREATE,
	    "%s store %s: %s", mode == DB_CREATE ? "create" : "open",
	    msg_quote(s->db.name), strerror(error));
}

static void
close_file(struct db *db)
{
	struct sqlite *s = sqlite_of(db);

	sqlite3_close(s->handle);
	free(s->path);
	free(s->db.name);
	free(s);
}

static struct db *
open_store(
    const char *where, const struct db_options *options, struct db_error *why)
{
	struct sqlite *s = mem_calloc(1, sizeof *s);

	s->db.engine = &db_sqlite;
	s->file = -1;
	/* A leading slash or dot keeps a name like "file:x" or ":memory:" from
	 * being anything but a path. */
	s->path = where[0] == '/' || where[0] == '.'
	    ? mem_dup(where)
	    : mem_printf("./%s", where);
	s->db.name = mem_dup(where);
	s->wait_ms = options->wait_ms;
	s->random = (unsigned)getpid() * 2654435761U;
	if (open_file(&s->db, options) < 0) {
		*why = s->db.error;
		close_file(&s->db);
		return NULL;
	}
	return &s->db;
}

/*
 * What is written to a file that was moved or removed is in no store, whatever
 * SQLite says of it.
 */
static int
check_moved(struct db *db)
{
	struct sqlite *s = sqlite_of(db);
	int moved = 0;

	if (sqlite3_file_control(s->handle, "main", SQLITE_FCNTL_HAS_MOVED,
		&moved) != SQLITE_OK ||
	    !moved)
		return 0;
	return db_fail(db, DB_FAULT_MISSING,
	    "store %s: its file was moved or removed since it was opened",
	    msg_quote(db->name));
}

static int
begin(struct db *db, bool write)
{
	if (check_moved(db) < 0)
		return -1;
	return exec(db, write ? "BEGIN IMMEDIATE" : "BEGIN");
}

static int
commit(struct db *db)
{
	return exec(db, "COMMIT") < 0 ? -1 : check_moved(db);
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

/* A file does not go away. */
static int
reopen(struct db *db)
{
	(void)db;
	return 0;
}

/* Everything is done at once. */
static int
check(struct db *db)
{
	(void)db;
	return 0;
}

static const char *const no_schemes[] = {NULL};

const struct db_engine db_sqlite = {
    .schemes = no_schemes,
    .dialect = DIALECT_SQLITE,
    .open = open_store,
    .reopen = reopen,
    .close = close_file,
    .exec = exec,
    .begin = begin,
    .commit = commit,
    .settle = commit,
    .check = check,
    .write_back = sqlite_write_back,
    .rollback = rollback,
    .changes = changes,
    .is_empty = is_empty,
    .mark = mark,
    .prepare = sqlite_prepare,
    .finalize = sqlite_finalize,
    .bind_null = sqlite_bind_null,
    .bind_integer = sqlite_bind_integer,
    .bind_real = sqlite_bind_real,
    .bind_text = sqlite_bind_text,
    .run = sqlite_run,
    .step = sqlite_step,
    .reset = sqlite_reset,
    .column_is_null = sqlite_column_is_null,
    .column_integer = sqlite_column_integer,
    .column_real = sqlite_column_real,
    .column_text = sqlite_column_text,
    .rows = sqlite_rows,
    .rows_free = sqlite_rows_free,
    .rows_null = sqlite_rows_null,
    .rows_integer = sqlite_rows_integer,
    .rows_real = sqlite_rows_real,
    .rows_text = sqlite_rows_text,
    .rows_end = sqlite_rows_end,
    .rows_flush = sqlite_rows_flush,
    .rows_clear = sqlite_rows_clear,
};
