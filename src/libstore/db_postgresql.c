/* The PostgreSQL engine: its session and its transactions. */
#include "db_postgresql.h"

#include "clock.h"
#include "mem.h"
#include "msg.h"

static void
close_session(struct db *db)
{
	struct postgres *p = postgres_of(db);

	PQclear(p->answer);
	PQfinish(p->connection);
	free(p->where);
	free(p->db.name);
	free(p);
}

static struct db *
open_session(
    const char *where, const struct db_options *options, struct db_error *why)
{
	struct postgres *p = mem_calloc(1, sizeof *p);

	p->db.engine = &db_postgresql;
	p->where = mem_dup(where);
	p->db.name = postgres_name(where);
	p->mode = options->mode;
	p->wait_ms = options->wait_ms;
	if (postgres_check_address(p) < 0 || postgres_connect(p) < 0) {
		*why = p->db.error;
		close_session(&p->db);
		return NULL;
	}
	return &p->db;
}

/* A server that restarts takes connections again after a while. */
static int
reopen(struct db *db)
{
	struct postgres *p = postgres_of(db);
	int64_t until = clock_monotonic() + p->wait_ms;
	struct timespec pause = {0, 100000000};

	while (postgres_connect(p) < 0) {
		if (db->error.fault != DB_FAULT_LOST ||
		    clock_monotonic() >= until)
			return -1;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int
send_alone(struct postgres *p, const char *sql)
{
	if (PQsendQueryParams(
		p->connection, sql, 0, NULL, NULL, NULL, NULL, 0) == 0)
		return postgres_fail(p, NULL);
	p->unanswered++;
	return 0;
}

/* Several statements in one text are not for a pipeline. */
static int
exec(struct db *db, const char *sql)
{
	struct postgres *p = postgres_of(db);
	PGresult *result;
	int status = 0;

	if (postgres_sync(p) < 0)
		return -1;
	if (PQexitPipelineMode(p->connection) == 0)
		return postgres_fail(p, NULL);
	result = PQexec(p->connection, sql);
	if (PQresultStatus(result) != PGRES_COMMAND_OK &&
	    PQresultStatus(result) != PGRES_TUPLES_OK)
		status = postgres_fail(p, result);
	PQclear(result);
	if (PQenterPipelineMode(p->connection) == 0 && status == 0)
		status = postgres_fail(p, NULL);
	return status;
}

static int
begin(struct db *db, bool write)
{
	return send_alone(postgres_of(db),
	    write ? "BEGIN"
		  : "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
}

/*
 * A warning at this moment is that the standby has not confirmed: then the
 * commit may be lost with this machine, and it is not acknowledged.
 */
static int
commit(struct db *db)
{
	struct postgres *p = postgres_of(db);

	p->warned = false;
	if (send_alone(p, "COMMIT") < 0 || postgres_sync(p) < 0)
		return -1;
	if (p->warned)
		return db_fail(db, DB_FAULT_LOST,
		    "store %s: no standby has confirmed the commit",
		    msg_quote(p->db.name));
	return 0;
}

/*
 * What a cancelled wait or a restart has left can be read though no standby has
 * it. Only who has written something waits for them, and then for all before.
 */
static int
settle(struct db *db)
{
	return send_alone(postgres_of(db),
		   "SELECT pg_logical_emit_message(true, 'pf', '')"
		   " WHERE current_setting('synchronous_standby_names') <> ''") <
		0
	    ? -1
	    : commit(db);
}

static int
write_back(struct db *db)
{
	(void)db;
	return 0;
}

static int
check(struct db *db)
{
	return postgres_sync(postgres_of(db));
}

static void
rollback(struct db *db)
{
	struct postgres *p = postgres_of(db);
	struct db_error before = db->error;

	if (PQstatus(p->connection) == CONNECTION_BAD)
		return;
	if (send_alone(p, "ROLLBACK") == 0)
		(void)postgres_sync(p);
	/* After a failure that nobody has heard of the server has skipped it.
	 */
	if (PQtransactionStatus(p->connection) != PQTRANS_IDLE &&
	    send_alone(p, "ROLLBACK") == 0)
		(void)postgres_sync(p);
	/* It may have skipped texts, too: all are sent anew. */
	if (p->failed && send_alone(p, "DEALLOCATE ALL") == 0)
		(void)postgres_sync(p);
	p->failed = false;
	db->error = before;
}

static int64_t
changes(struct db *db)
{
	struct postgres *p = postgres_of(db);

	return postgres_sync(p) < 0 ? -1 : p->changes;
}

/* One number of a query without parameters. */
static int
ask(struct db *db, const char *sql, int64_t *value)
{
	struct postgres *p = postgres_of(db);

	if (send_alone(p, sql) < 0 || postgres_sync(p) < 0)
		return -1;
	*value = PQntuples(p->answer) > 0
	    ? strtoll(PQgetvalue(p->answer, 0, 0), NULL, 10)
	    : 0;
	return 0;
}

enum found { FOUND_NOTHING, FOUND_STORE, FOUND_OTHER, FOUND_CLOSED };

/* Where a schema may not be used, its tables look as if they were not there. */
static int
is_empty(struct db *db)
{
	int64_t found;

	if (ask(db,
		"SELECT CASE WHEN count(*) = 0 THEN 0"
		" WHEN NOT bool_or(has_schema_privilege(n.oid, 'USAGE')) THEN 3"
		" WHEN bool_or(c.relname = 'schema_migrations') THEN 1"
		" ELSE 2 END FROM pg_catalog.pg_class c"
		" JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
		" WHERE n.nspname = 'pf'",
		&found) < 0)
		return -1;
	if (found == FOUND_CLOSED)
		return db_fail(db, DB_FAULT_PERMISSION,
		    "store %s: permission denied for schema pf",
		    msg_quote(db->name));
	if (found == FOUND_OTHER)
		return db_fail(db, DB_FAULT_FOREIGN,
		    "store %s: its schema pf is of another program",
		    msg_quote(db->name));
	return found == FOUND_NOTHING;
}

/* Our tables lie in a schema of their own, whatever else is in the database. */
static int
mark(struct db *db)
{
	return exec(db, "CREATE SCHEMA IF NOT EXISTS pf");
}

static const char *const schemes[] = {"postgresql://", "postgres://", NULL};

const struct db_engine db_postgresql = {
    .schemes = schemes,
    .dialect = DIALECT_POSTGRESQL,
    .open = open_session,
    .reopen = reopen,
    .close = close_session,
    .exec = exec,
    .begin = begin,
    .commit = commit,
    .settle = settle,
    .check = check,
    .write_back = write_back,
    .rollback = rollback,
    .changes = changes,
    .is_empty = is_empty,
    .mark = mark,
    .prepare = postgres_prepare,
    .finalize = postgres_finalize,
    .bind_null = postgres_bind_null,
    .bind_integer = postgres_bind_integer,
    .bind_real = postgres_bind_real,
    .bind_text = postgres_bind_text,
    .run = postgres_run,
    .step = postgres_step,
    .reset = postgres_reset,
    .column_is_null = postgres_column_is_null,
    .column_integer = postgres_column_integer,
    .column_real = postgres_column_real,
    .column_text = postgres_column_text,
    .rows = postgres_rows,
    .rows_free = postgres_rows_free,
    .rows_null = postgres_rows_null,
    .rows_integer = postgres_rows_integer,
    .rows_real = postgres_rows_real,
    .rows_text = postgres_rows_text,
    .rows_end = postgres_rows_end,
    .rows_flush = postgres_rows_flush,
    .rows_clear = postgres_rows_clear,
};
