/*
 * schema.h: bad states cannot be written, and no query reads a large table.
 *
 * In a file of its own, or with an argument in the PostgreSQL database that it
 * names, whose schema pf is dropped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "buf.h"
#include "libstore/db_engine.h"
#include "libstore/group.h"
#include "libstore/ingest.h"
#include "libstore/migrate.h"
#include "libstore/query.h"
#include "libstore/queue.h"
#include "libstore/rollup.h"

#define EVENT "'0123456789abcdef0123456789abcdef'"

static char path[64];
static const char *server; /* NULL: the store is a file */

static const char rows[] =
    "INSERT INTO nodes (name, first_seen, last_seen) VALUES ('n', 1, 2);"
    "INSERT INTO jobs (name) VALUES ('j');"
    /* The first of their kind have the id 1. */
    "INSERT INTO series (node) VALUES ('n');"
    "INSERT INTO lanes (tier, needs) VALUES ('t', '[]');"
    "INSERT INTO events (id, rev, type, time) VALUES (" EVENT ", 0, 't', 5);"
    "INSERT INTO crash_groups (key, first_seen, last_seen, crashes)"
    " VALUES ('g', 1, 1, 0);";

static struct db *
open_store(const char *where)
{
	struct db_options how = {DB_CREATE, 1000};
	struct db_error why;
	struct db *db = db_open(where, &how, &why);

	if (db == NULL)
		fail_msg("%s", why.text);
	return db;
}

static int
set_up(void **state)
{
	struct db *db;
	int fd;

	if (server == NULL) {
		snprintf(path, sizeof path, "/tmp/pf-store-XXXXXX");
		fd = mkstemp(path);
		assert_true(fd >= 0);
		close(fd);
	}
	db = open_store(server == NULL ? path : server);
	if (server != NULL)
		assert_int_equal(
		    db_exec(db, "DROP SCHEMA IF EXISTS pf CASCADE"), 0);
	assert_int_equal(migrate_to(db, migrate_latest()), 0);
	assert_int_equal(db_exec(db, rows), 0);
	*state = db;
	return 0;
}

static int
tear_down(void **state)
{
	db_close(*state);
	if (server == NULL)
		unlink(path);
	return 0;
}

#define IN_QUEUE(state, rest)                                          \
	"INSERT INTO jobs (name, state, state_time, lane, priority,"   \
	" turn, queued_at, attempt, max_attempts, epoch, lease_until)" \
	" VALUES ('q', " state ", 1, 1, " rest ")"

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
    "UPDATE jobs SET priority = 1",
    "UPDATE jobs SET lease_until = 1",
    "INSERT INTO jobs (name) VALUES ('')",
    /* Of the queue, and then not as a job of the queue is. */
    IN_QUEUE("'queued'", "1, 1, 1, 0, 3, 0, 1"),
    IN_QUEUE("'queued'", "1, 0, 1, 0, 3, 0, NULL"),
    IN_QUEUE("'queued'", "1, 1, 1, 4, 3, 0, NULL"),
    IN_QUEUE("'queued'", "1, 1, 1, 0, 0, 0, NULL"),
    IN_QUEUE("'queued'", "1, 1, 1, 0, 3, -1, NULL"),
    IN_QUEUE("'queued'", "NULL, 1, 1, 0, 3, 0, NULL"),
    IN_QUEUE("'queued'", "1, NULL, 1, 0, 3, 0, NULL"),
    IN_QUEUE("'queued'", "1, 1, NULL, 0, 3, 0, NULL"),
    IN_QUEUE("'queued'", "1, 1, 1, NULL, 3, 0, NULL"),
    IN_QUEUE("'queued'", "1, 1, 1, 0, NULL, 0, NULL"),
    IN_QUEUE("'queued'", "1, 1, 1, 0, 3, NULL, NULL"),
    IN_QUEUE("'assigned'", "1, 1, 1, 1, 3, 1, 5"),
    "INSERT INTO lanes (tier, needs) VALUES ('t', '[]')",
    "INSERT INTO lane_needs (lane, capability) VALUES (1, '')",
    "INSERT INTO lane_needs (lane, capability) VALUES (9, 'asan')",
    "INSERT INTO lane_turns (lane, priority, target, turn)"
    " VALUES (1, 1, 't', 0)",
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
    " ('0123456789ABCDEF0123456789ABCDEF', 1, 0)",
    "INSERT INTO artifacts VALUES"
    " ('0123456789abcdef0123456789abcdef', NULL, 1)",
    "INSERT INTO artifacts VALUES"
    " ('0123456789abcdef0123456789abcdef', 1, 2)",
    "UPDATE crash_groups SET severity = 'BAD'",
    "UPDATE crash_groups SET last_seen = 0",
    "UPDATE crash_groups SET crashes = -1",
    "UPDATE crash_groups SET state = 'done'",
    "UPDATE crash_groups SET state = 'fixed'",
    "UPDATE crash_groups SET fixed_at = 1",
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
    "INSERT INTO batches (committed_at, received, stored, duplicate,"
    " rejected) VALUES (1, 1, 0, 1, 0)",
    "INSERT INTO builds (target, build_id, first_seen) VALUES ('t', '', 1)",
    "INSERT INTO announcements (group_key, reason, line, made_at)"
    " VALUES ('g', 'old', '[]', 1)",
    "INSERT INTO announcements (group_key, reason, made_at)"
    " VALUES ('g', 'new', 1)",
    "INSERT INTO rollups (type, until) VALUES ('crash', 1)",
    "INSERT INTO rolled (event, step, samples, ids)"
    " VALUES (" EVENT ", 3600000, 1, '')",
    "INSERT INTO rolled (event, step, samples, ids)"
    " VALUES (" EVENT ", 3600000, 2, 'short')",
    "INSERT INTO rolled (event, step, samples, ids)"
    " VALUES ('x', 3600000, 2, " EVENT ")",
    "INSERT INTO batches (committed_at, received, stored, duplicate,"
    " rejected, key) VALUES (1, 1, 1, 0, 0, 'k')",
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
		/* A key that is there already is one that another has just
		 * written, as far as a server knows. */
		if (db_error(db)->fault != DB_FAULT_CONSTRAINT &&
		    db_error(db)->fault != DB_FAULT_AGAIN)
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

/* All statements of the queue but the one that lists all of it. */
static void
use_queue(struct db *db)
{
	struct queue_job job = {
	    "q", "t", NULL, "", "[]", "{\"job\":\"q\"}", 0, 3};
	struct queue_claim claim = {
	    .node = "n", .tiers = "[]", .now = 1000, .lease_ms = 1000};
	struct queue_lease lease;

	assert_int_equal(db_begin(db), 0);
	assert_int_equal(queue_submit(db, &job, 1000), QUEUE_DONE);
	assert_int_equal(db_commit(db), 0);
	assert_int_equal(queue_claim(db, &claim, &lease), QUEUE_DONE);
	queue_lease_release(&lease);
	assert_int_equal(queue_claim(db, &claim, &lease), QUEUE_NONE);
	assert_int_equal(queue_renew(db, "q", 1, 1000, 2000), QUEUE_DONE);
	assert_int_equal(queue_sweep(db, 3000), 1);
	assert_int_equal(queue_renew(db, "q", 1, 1000, 2000), QUEUE_LOST);
	claim.now = 5000;
	assert_int_equal(queue_claim(db, &claim, &lease), QUEUE_DONE);
	queue_lease_release(&lease);
	assert_int_equal(queue_fail(db, "q", 3, 5000, NULL), QUEUE_DONE);
	assert_int_equal(queue_claim(db, &claim, &lease), QUEUE_DONE);
	queue_lease_release(&lease);
	assert_int_equal(
	    queue_finish(db, "q", 5, 5000, "finished", NULL), QUEUE_DONE);
	assert_int_equal(queue_cancel(db, "q", 5000, NULL), QUEUE_LOST);
}

static void
use_groups(struct db *db)
{
	struct announcement a;

	assert_int_equal(group_set_state(db, "g", "fixed", 1), 1);
	assert_int_equal(announcement_take(db, 0, 1, 1, &a), 0);
	assert_int_equal(announcement_release(db, 1), 0);
	assert_int_equal(announcement_done(db, 1), 0);
}

/* Two events of an hour become one, and one of them comes again. */
static void
use_rollups(struct db *db, struct ingest *in)
{
	static const char *const twice[] = {
	    "{\"v\":1,\"id\":\"00000000000000000000000000000005\",\"time\":"
	    "\"2026-11-21T02:01:00Z\",\"type\":\"corpus\",\"data\":{}}",
	    "{\"v\":1,\"id\":\"00000000000000000000000000000006\",\"time\":"
	    "\"2026-11-21T02:02:00Z\",\"type\":\"corpus\",\"data\":{}}",
	};
	struct rollup rollup = {
	    "corpus", 3600000, INT64_C(1893456000000), true};
	struct rollup_done done = {0, 0};

	ingest_line(in, "test", 1, twice[0], strlen(twice[0]));
	ingest_line(in, "test", 2, twice[1], strlen(twice[1]));
	assert_int_equal(ingest_commit(in), 0);
	assert_int_equal(rollup_run(db, &rollup, &done), 0);
	rollup.dry_run = false;
	assert_int_equal(rollup_run(db, &rollup, &done), 0);
	assert_int_equal(done.events, 4);
	assert_int_equal(done.left, 2);
	ingest_line(in, "test", 3, twice[0], strlen(twice[0]));
	assert_int_equal(ingest_commit(in), 0);
	assert_int_equal(ingest_counts(in)->duplicate, 1);
}

/*
 * Has every statement prepared but query_findings, which looks at each crash
 * once by design.
 */
static void
use_everything(struct db *db)
{
	struct ingest *in =
	    ingest_new(db, &(struct ingest_options){.reject = refuse_nothing});
	struct query_totals totals;
	size_t i;

	for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		ingest_line(in, "test", i, lines[i], strlen(lines[i]));
		if (ingest_commit(in) < 0)
			fail_msg("%s", db_error(db)->text);
	}
	assert_int_equal(ingest_counts(in)->stored, 5);
	use_rollups(db, in);
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
	use_queue(db);
	use_groups(db);
}

static bool
begins_with_one_of(const char *text, const char *const list[])
{
	size_t i, n;

	for (i = 0; list[i] != NULL; i++) {
		n = strlen(list[i]);
		if (strncmp(text, list[i], n) == 0 &&
		    (text[n] == ' ' || text[n] == '\0'))
			return true;
	}
	return false;
}

/* Tables that grow with every event; others have a row a job or a node. */
static bool
is_large(const char *detail, bool queue)
{
	static const char *const scanned[] = {"e", "events", "stats", "t",
	    "coverage", "corpus", "c", "crashes", "a", "artifacts", "resources",
	    "alerts", NULL};
	static const char *const read[] = {"events", "stats", "coverage",
	    "corpus", "crashes", "artifacts", "resources", "alerts", NULL};
	/* To the queue's own statements the queue may be long. */
	static const char *const queued[] = {
	    "jobs", "j", "q", "job_configs", NULL};
	const char *seq = strstr(detail, "Seq Scan on "), *table;

	if (server == NULL)
		table = strncmp(detail, "SCAN ", 5) == 0 ? detail + 5 : NULL;
	else
		table = seq == NULL ? NULL : seq + 12;
	if (table == NULL)
		return false;
	return begins_with_one_of(table, server == NULL ? scanned : read) ||
	    (queue && begins_with_one_of(table, queued));
}

/* The plan for parameters that are not known yet, by a server. */
static void
prepare_explain(struct db *db, const char *sql, struct buf *explain)
{
	struct buf prepare = BUF_INIT;
	int most = 0, n;
	const char *p;

	buf_addf(&prepare,
	    "SET plan_cache_mode = force_generic_plan;"
	    "DEALLOCATE ALL; PREPARE p AS %s",
	    sql);
	for (p = strchr(prepare.data, '?'); p != NULL; p = strchr(p, '?')) {
		n = (int)strtol(p + 1, NULL, 10);
		most = n > most ? n : most;
		prepare.data[p - prepare.data] = '$';
	}
	if (db_exec(db, prepare.data) < 0)
		fail_msg("%s", db_error(db)->text);
	buf_add_str(explain, "EXPLAIN EXECUTE p");
	for (n = 0; n < most; n++)
		buf_add_str(explain, n == 0 ? "(NULL" : ", NULL");
	if (most > 0)
		buf_add_char(explain, ')');
	buf_release(&prepare);
}

static void
check_plan(struct db *db, const char *sql)
{
	struct buf explain = BUF_INIT;
	struct db_statement *s;
	int column = server == NULL ? 3 : 0;

	/* One row is enough to know that there is any. */
	if (strcmp(sql, "SELECT 1 FROM events LIMIT 1") == 0)
		return;
	if (server == NULL)
		buf_addf(&explain, "EXPLAIN QUERY PLAN %s", sql);
	else
		prepare_explain(db, sql, &explain);
	s = db_prepare(db, NULL, explain.data);
	assert_non_null(s);
	while (db_step(s) == DB_ROW)
		if (is_large(db_column_text(s, column),
			strstr(sql, "lane") != NULL ||
			    strstr(sql, "lease") != NULL))
			fail_msg("%s: %s", db_column_text(s, column), sql);
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
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		bad_states_are_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		what_an_event_said_goes_with_it, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		no_query_reads_all_of_a_large_table, set_up, tear_down),
	};

	if (argc > 1)
		server = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
