/* schema.h: bad states cannot be written, and no query reads a large table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "buf.h"
#include "libstore/db_engine.h"
#include "libstore/ingest.h"
#include "libstore/migrate.h"
#include "libstore/query.h"

#define EVENT "'0123456789abcdef0123456789abcdef'"

static char path[64];

static const char rows[] =
    "INSERT INTO nodes (name, first_seen, last_seen) VALUES ('n', 1, 2);"
    "INSERT INTO jobs (name) VALUES ('j');"
    "INSERT INTO series (id, node) VALUES (1, 'n');"
    "INSERT INTO events (id, rev, type, time) VALUES (" EVENT ", 0, 't', 5);"
    "INSERT INTO crash_groups (key, first_seen, last_seen, crashes)"
    " VALUES ('g', 1, 1, 0);";

static int
set_up(void **state)
{
	struct db_options how = {DB_CREATE, 1000};
	struct db_error why;
	struct db *db;
	int fd;

	snprintf(path, sizeof path, "/tmp/pf-store-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	db = db_open(path, &how, &why);
	assert_non_null(db);
	assert_int_equal(migrate_to(db, migrate_latest()), 0);
	assert_int_equal(db_exec(db, rows), 0);
	*state = db;
	return 0;
}

static int
tear_down(void **state)
{
	db_close(*state);
	unlink(path);
	return 0;
}

/* The second word is the table, by which they are in the schema's order. */
static const char *const bad[] = {
    "UPDATE nodes SET last_seen = 0",
    "UPDATE nodes SET cpus = 0",
    "INSERT INTO node_capabilities VALUES ('x', 'asan')",
    /* A job has a node exactly when somebody has the job. */
    "UPDATE jobs SET state = 'running', state_time = 1",
    "UPDATE jobs SET state = 'queued', state_time = 1, node = 'n'",
    "UPDATE jobs SET node = 'n'",
    "UPDATE jobs SET state = 'queued'",
    "UPDATE jobs SET state = 'asleep', state_time = 1",
    "UPDATE jobs SET state = 'running', state_time = 1, node = 'x'",
    "INSERT INTO jobs (name) VALUES ('')",
    "INSERT INTO jobs (name) VALUES ('j')",
    "INSERT INTO job_configs (job, command) VALUES ('j', 'not json')",
    "INSERT INTO events (id, rev, type, time) VALUES ('short', 0, 't', 1)",
    "UPDATE events SET rev = -1",
    "UPDATE events SET type = ''",
    "UPDATE events SET node = 'x'",
    "UPDATE events SET job = 'x'",
    "UPDATE events SET raw = 'not json'",
    "UPDATE events SET time = 'noon'",
    "INSERT INTO job_states (event, job, time, state)"
    " VALUES (" EVENT ", 'j', 1, 'queued')",
    "INSERT INTO series (node) VALUES ('n')",
    "INSERT INTO stats (event, series, time) VALUES (" EVENT ", 2, 1)",
    "INSERT INTO stats (event, series, time) VALUES ('x', 1, 1)",
    "INSERT INTO stats (event, series, time, coverage_ratio)"
    " VALUES (" EVENT ", 1, 1, 1.01)",
    "INSERT INTO stats (event, series, time, stability_ratio)"
    " VALUES (" EVENT ", 1, 1, -0.01)",
    "INSERT INTO stats (event, series, time, execs_total)"
    " VALUES (" EVENT ", 1, 1, -1)",
    "INSERT INTO stats (event, series, time, alive)"
    " VALUES (" EVENT ", 1, 1, 2)",
    "INSERT INTO coverage (event, series, time, lines_covered, lines_total)"
    " VALUES (" EVENT ", 1, 1, 3, 2)",
    "INSERT INTO corpus_added (event, position) VALUES (" EVENT ", 0)",
    "INSERT INTO artifacts VALUES"
    " ('0123456789ABCDEF0123456789ABCDEF', 1, NULL)",
    "INSERT INTO artifacts VALUES"
    " ('0123456789abcdef0123456789abcdef', 2, x'00')",
    "UPDATE crash_groups SET severity = 'BAD'",
    "UPDATE crash_groups SET last_seen = 0",
    "UPDATE crash_groups SET crashes = -1",
    "INSERT INTO crashes (event, time, status) VALUES (" EVENT ", 1, 'new')",
    "INSERT INTO crashes (event, time, status, group_key)"
    " VALUES (" EVENT ", 1, 'unresolved', 'g')",
    "INSERT INTO crashes (event, time, status, group_key)"
    " VALUES (" EVENT ", 1, 'new', 'no group')",
    "INSERT INTO crashes (event, time, status, replay_runs, replay_hits)"
    " VALUES (" EVENT ", 1, 'unresolved', 1, 2)",
    "INSERT INTO crashes (event, time, status, artifact)"
    " VALUES (" EVENT ", 1, 'unresolved', 'x')",
    "INSERT INTO resources (event, time, cpu_ratio)"
    " VALUES (" EVENT ", 1, 1.5)",
    "INSERT INTO alerts (event, time, name, state)"
    " VALUES (" EVENT ", 1, 'a', 'off')",
    "INSERT INTO batches (committed_at, received, stored, duplicate,"
    " rejected) VALUES (1, 3, 1, 1, 0)",
};

static void
bad_states_are_refused(void **state)
{
	struct db *db = *state;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(db_begin(db), 0);
		if (db_exec(db, bad[i]) == 0)
			fail_msg("written: %s", bad[i]);
		if (db_error(db)->fault != DB_FAULT_CONSTRAINT)
			fail_msg("%s: %s", bad[i], db_error(db)->text);
		db_rollback(db);
	}
}

static void
what_an_event_said_goes_with_it(void **state)
{
	struct db *db = *state;
	struct db_statement *s;

	assert_int_equal(db_exec(db,
			     "INSERT INTO corpus (event, series, time)"
			     " VALUES (" EVENT ", 1, 1);"
			     "INSERT INTO corpus_added (event, position)"
			     " VALUES (" EVENT ", 0);"
			     "DELETE FROM events"),
	    0);
	s = db_static(db, "SELECT count(*) FROM corpus_added");
	assert_int_equal(db_step(s), DB_ROW);
	assert_int_equal(db_column_integer(s, 0), 0);
	db_reset(s);
}

static void
refuse_nothing(void *context, const struct ingest_refused *line)
{
	(void)context;
	fail_msg("refused: %s", line->reason);
}

#define IGNORE(name, type)                                     \
	static int name(void *context, const struct type *row) \
	{                                                      \
		(void)context;                                 \
		(void)row;                                     \
		return 0;                                      \
	}
IGNORE(ignore_point, query_point)
IGNORE(ignore_group, query_group)
IGNORE(ignore_crash, query_crash)
IGNORE(ignore_job, query_job)
IGNORE(ignore_effort, query_effort)

static int
ignore_place(void *context, const char *target, const char *fuzzer)
{
	(void)context;
	(void)target;
	(void)fuzzer;
	return 0;
}

/* Of a crash with and without a group, and of the other types. */
static const char *const lines[] = {
    "{\"v\":1,\"id\":\"00000000000000000000000000000001\",\"time\":"
    "\"2026-11-21T02:00:00Z\",\"type\":\"crash\",\"node\":\"n\","
    "\"job\":\"j\",\"data\":{\"group\":\"h\",\"input\":{\"xxh128\":"
    "\"0123456789abcdef0123456789abcdef\"}}}",
    "{\"v\":1,\"id\":\"00000000000000000000000000000001\",\"rev\":1,"
    "\"time\":\"2026-11-21T02:00:00Z\",\"type\":\"crash\",\"data\":{}}",
    "{\"v\":1,\"id\":\"00000000000000000000000000000002\",\"time\":"
    "\"2026-11-21T02:00:00Z\",\"type\":\"stats\",\"data\":{}}",
    "{\"v\":1,\"id\":\"00000000000000000000000000000003\",\"time\":"
    "\"2026-11-21T02:00:00Z\",\"type\":\"job\",\"job\":\"j\","
    "\"target\":\"t\",\"data\":{\"state\":\"finished\"}}",
    "{\"v\":1,\"id\":\"00000000000000000000000000000004\",\"time\":"
    "\"2026-11-21T02:00:00Z\",\"type\":\"node\",\"node\":\"n\","
    "\"data\":{\"capabilities\":[\"asan\"]}}",
};

/*
 * Has every statement prepared but query_findings, which looks at each crash
 * once by design.
 */
static void
use_everything(struct db *db)
{
	struct ingest *in = ingest_new(db, refuse_nothing, NULL);
	struct query_totals totals;
	size_t i;

	for (i = 0; i < sizeof lines / sizeof lines[0]; i++)
		ingest_line(in, "test", i, lines[i], strlen(lines[i]));
	assert_int_equal(ingest_commit(in), 0);
	assert_int_equal(ingest_counts(in)->stored, 5);
	ingest_free(in);
	assert_int_equal(query_totals(db, &totals), 0);
	assert_int_equal(totals.unresolved, 1);
	assert_int_equal(query_points(db, NULL, ignore_point, NULL), 0);
	assert_int_equal(query_groups(db, ignore_group, NULL), 0);
	assert_int_equal(query_group_places(db, "g", ignore_place, NULL), 0);
	assert_int_equal(query_crash(db, "x", ignore_crash, NULL), 0);
	assert_int_equal(query_unresolved(db, 9, ignore_crash, NULL), 0);
	assert_int_equal(query_jobs(db, ignore_job, NULL), 0);
	assert_int_equal(query_efforts(db, ignore_effort, NULL), 0);
}

/* Tables that grow with every event; others have a row a job or a node. */
static bool
is_large(const char *detail)
{
	static const char *const scans[] = {"SCAN e ", "SCAN events ",
	    "SCAN stats", "SCAN t", "SCAN coverage", "SCAN corpus", "SCAN c",
	    "SCAN crashes", "SCAN a", "SCAN artifacts", "SCAN resources",
	    "SCAN alerts"};
	size_t i, n;

	for (i = 0; i < sizeof scans / sizeof scans[0]; i++) {
		n = strcspn(scans[i] + 5, " ") + 5;
		if (strncmp(detail, scans[i], n) == 0 &&
		    (detail[n] == ' ' || detail[n] == '\0'))
			return true;
	}
	return false;
}

static void
check_plan(struct db *db, const char *sql)
{
	struct buf explain = BUF_INIT;
	struct db_statement *s;

	/* One row is enough to know that there is any. */
	if (strcmp(sql, "SELECT 1 FROM events LIMIT 1") == 0)
		return;
	buf_addf(&explain, "EXPLAIN QUERY PLAN %s", sql);
	s = db_prepare(db, NULL, explain.data);
	assert_non_null(s);
	while (db_step(s) == DB_ROW)
		if (is_large(db_column_text(s, 3)))
			fail_msg("%s: %s", db_column_text(s, 3), sql);
	db_reset(s);
	buf_release(&explain);
}

static void
no_query_reads_all_of_a_large_table(void **state)
{
	struct db *db = *state;
	const struct db_statement *s;
	size_t count = 0;

	use_everything(db);
	/* New statements go in front of the list. */
	for (s = db->statements; s != NULL; s = s->next, count++)
		check_plan(db, s->sql);
	assert_true(count > 30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		bad_states_are_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		what_an_event_said_goes_with_it, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		no_query_reads_all_of_a_large_table, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
