/*
 * Claims a second by many processes at once, of a queue that is full.
 *
 *	claims queue STORE JOBS           fills an empty store's queue
 *	claims ours STORE PROCESSES N     each claims N jobs; prints seconds and
 *	                                  how many jobs were given twice
 *	claims bare STORE PROCESSES N     the same by a bare loop of the same
 *	                                  statement
 *
 * STORE has its tables. The jobs are of 20 targets in 3 lanes.
 */
#include <libpq-fe.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "clock.h"
#include "emit.h"
#include "libstore/db_engine.h"
#include "libstore/migrate.h"
#include "libstore/queue.h"
#include "mem.h"
#include "msg.h"

static const char able[] = "[\"asan\",\"x86\"]";

static void
must(bool good, const char *what)
{
	if (!good)
		msg_diex(1, "%s", what);
}

static struct db *
open_store(const char *where)
{
	struct db_error error;
	struct db *db = db_open(where,
	    &(struct db_options){.mode = DB_WRITE, .wait_ms = 60000}, &error);

	must(db != NULL, error.text);
	return db;
}

static void
fill(const char *where, unsigned long jobs)
{
	static const char *const needs[] = {
	    "[]", "[\"asan\"]", "[\"asan\",\"x86\"]"};
	struct db *db = open_store(where);
	char name[32], target[32];
	unsigned long i;

	must(db_begin(db) == 0, db_error(db)->text);
	for (i = 0; i < jobs; i++) {
		struct queue_job job = {.name = name,
		    .target = target,
		    .tier = "",
		    .needs = needs[i % 3],
		    .spec = "{\"job\":\"x\",\"command\":[\"./x\"]}",
		    .max_attempts = 3};

		snprintf(name, sizeof name, "job%06lu", i);
		snprintf(target, sizeof target, "target%lu", i % 20);
		must(queue_submit(db, &job, clock_now()) == QUEUE_DONE,
		    db_error(db)->text);
	}
	must(db_commit(db) == 0, db_error(db)->text);
	db_close(db);
}

/* One process: its claims' numbers go to `out`. */
static void
claim_ours(const char *where, const char *node, unsigned long n, unsigned *out)
{
	struct db *db = open_store(where);
	struct queue_claim claim = {.node = node,
	    .capabilities = able,
	    .tiers = "[]",
	    .lease_ms = 3600000};
	struct queue_lease lease;
	unsigned long i;

	for (i = 0; i < n; i++) {
		claim.now = clock_now();
		must(queue_claim(db, &claim, &lease) == QUEUE_DONE,
		    db_error(db)->text);
		out[i] = (unsigned)strtoul(lease.name + 3, NULL, 10);
		queue_lease_release(&lease);
	}
	db_close(db);
}

/* The text that the queue itself has prepared. */
static char *
statement_of(const char *where, const char *node)
{
	struct db *db = open_store(where);
	struct queue_claim claim = {.node = node,
	    .capabilities = "[]",
	    .tiers = "[\"none\"]",
	    .lease_ms = 1};
	const struct db_statement *s;
	struct queue_lease lease;
	char *text = NULL;

	must(queue_claim(db, &claim, &lease) == QUEUE_NONE,
	    "a job without a"
	    " lane");
	for (s = db->statements; s != NULL; s = s->next)
		if (strncmp(s->sql, "UPDATE jobs SET state = 'assigned'", 34) ==
		    0)
			text = mem_dup(s->sql);
	must(text != NULL, "the statement is not found");
	db_close(db);
	return text;
}

static int
busy(void *context, int tries)
{
	struct timespec pause = {0, 200000 + (long)(random() % 1000000)};

	(void)context;
	(void)tries;
	nanosleep(&pause, NULL);
	return 1;
}

static void
claim_sqlite(const char *where, const char *sql, const char *node,
    unsigned long n, unsigned *out)
{
	sqlite3_stmt *s;
	unsigned long i;
	sqlite3 *db;

	must(sqlite3_open(where, &db) == SQLITE_OK, "open");
	sqlite3_busy_handler(db, busy, NULL);
	must(sqlite3_exec(db,
		 "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL;"
		 "PRAGMA cache_size=-2000; PRAGMA wal_autocheckpoint=4096",
		 NULL, NULL, NULL) == SQLITE_OK &&
		sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK,
	    sqlite3_errmsg(db));
	for (i = 0; i < n; i++) {
		sqlite3_bind_text(s, 1, "[]", -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 2, able, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 3, node, -1, SQLITE_STATIC);
		sqlite3_bind_int64(s, 4, clock_now());
		sqlite3_bind_int64(s, 5, clock_now() + 3600000);
		must(sqlite3_step(s) == SQLITE_ROW, sqlite3_errmsg(db));
		out[i] = (unsigned)strtoul(
		    (const char *)sqlite3_column_text(s, 0) + 3, NULL, 10);
		must(sqlite3_step(s) == SQLITE_DONE, sqlite3_errmsg(db));
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
	sqlite3_close(db);
}

static void
claim_postgresql(const char *where, char *sql, const char *node,
    unsigned long n, unsigned *out)
{
	PGconn *db = PQconnectdb(where);
	char now[24], until[24], *p;
	const char *values[] = {"[]", able, node, now, until};
	PGresult *r;
	unsigned long i;

	for (p = strchr(sql, '?'); p != NULL; p = strchr(p, '?'))
		*p = '$';
	PQclear(PQexec(db,
	    "SET search_path = pf; SET enable_seqscan = off; SET jit = off"));
	PQclear(PQprepare(db, "claim", sql, 0, NULL));
	for (i = 0; i < n;) {
		snprintf(now, sizeof now, "%lld", (long long)clock_now());
		snprintf(until, sizeof until, "%lld",
		    (long long)clock_now() + 3600000);
		r = PQexecPrepared(db, "claim", 5, values, NULL, NULL, 0);
		must(PQresultStatus(r) == PGRES_TUPLES_OK, PQerrorMessage(db));
		if (PQntuples(r) == 1)
			out[i++] = (unsigned)strtoul(
			    PQgetvalue(r, 0, 0) + 3, NULL, 10);
		PQclear(r);
	}
	PQfinish(db);
}

static unsigned long
count_doubles(const unsigned *claimed, unsigned long n)
{
	unsigned char *seen = mem_calloc(1000000, 1);
	unsigned long i, doubles = 0;

	for (i = 0; i < n; i++)
		doubles += seen[claimed[i]]++ > 0;
	free(seen);
	return doubles;
}

static void
run(const char *mode, const char *where, unsigned long processes,
    unsigned long n)
{
	size_t size = processes * n * sizeof(unsigned);
	unsigned *claimed = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *sql = statement_of(where, "node0"), node[32];
	int64_t before = clock_monotonic();
	int status, failed = 0;
	unsigned long i;

	must(claimed != MAP_FAILED, "mmap");
	for (i = 0; i < processes; i++)
		if (fork() == 0) {
			snprintf(node, sizeof node, "node0");
			srandom((unsigned)getpid());
			if (strcmp(mode, "ours") == 0)
				claim_ours(where, node, n, claimed + i * n);
			else if (db_is_file(where))
				claim_sqlite(
				    where, sql, node, n, claimed + i * n);
			else
				claim_postgresql(
				    where, sql, node, n, claimed + i * n);
			_exit(0);
		}
	while (wait(&status) > 0)
		failed += status != 0;
	must(failed == 0, "a process failed");
	printf("%.3f %lu\n", (double)(clock_monotonic() - before) / 1000,
	    count_doubles(claimed, processes * n));
	free(sql);
}

int
main(int argc, char *argv[])
{
	msg_init("claims");
	if (argc == 4 && strcmp(argv[1], "queue") == 0)
		fill(argv[2], strtoul(argv[3], NULL, 10));
	else if (argc == 5)
		run(argv[1], argv[2], strtoul(argv[3], NULL, 10),
		    strtoul(argv[4], NULL, 10));
	else
		msg_diex(64, "see the head of claims.c");
	return 0;
}
