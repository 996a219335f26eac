/* No query reads all of a large table, whatever the engine. */
#include "unit_store.h"

#include "buf.h"
#include "libstore/db_engine.h"
#include "libstore/group.h"
#include "libstore/query_crashes.h"
#include "libstore/query_groups.h"
#include "libstore/query_nodes.h"
#include "libstore/query_series.h"
#include "libstore/queue.h"
#include "libstore/rollup.h"

static int
set_up(void **state)
{
	unit_set_up(state);
	return db_exec(*state,
	    "INSERT INTO nodes (name, first_seen, last_seen)"
	    " VALUES ('n', 1, 2);"
	    "INSERT INTO crash_groups (key, first_seen, last_seen, crashes)"
	    " VALUES ('g', 1, 1, 0)");
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

static int
ignore_row(void *context, struct db_statement *row)
{
	(void)context;
	(void)row;
	return 0;
}
IGNORE(ignore_entry, queue_entry)
IGNORE(ignore_bucket, query_bucket)

/* Every list, narrowed by every set of what can narrow it. */
static void
use_lists(struct db *db)
{
	static const char *const statuses[] = {NULL, "new", "unresolved"};
	unsigned set, i;

#define IN_SET(bit) (set & (1 << (bit)) ? "x" : NULL)
	for (set = 0; set < 16; set++) {
		struct crash_filter crashes = {
		    .group = IN_SET(0),
		    .target = IN_SET(1),
		    .node = IN_SET(2),
		    .job = IN_SET(3),
		    .before_event = "",
		};
		struct group_filter groups = {
		    .severity = set & 1 ? "LOW" : NULL,
		    .state = IN_SET(1),
		    .target = IN_SET(2),
		    .key = "",
		};
		struct queue_filter jobs = {IN_SET(0), IN_SET(1), IN_SET(2)};
		struct series_filter series = {
		    .node = IN_SET(0),
		    .job = IN_SET(1),
		    .target = IN_SET(2),
		    .fuzzer = IN_SET(3),
		};

		for (i = 0; i < 3; i++) {
			crashes.status = statuses[i];
			assert_int_equal(
			    query_crash_list(db, &crashes, 9, ignore_row, NULL),
			    0);
		}
		assert_int_equal(
		    query_group_list(db, &groups, 9, ignore_row, NULL), 0);
		assert_int_equal(
		    queue_page(db, &jobs, "", 9, ignore_entry, NULL), 0);
		assert_int_equal(query_series_list(db, &query_stats, &series, 9,
				     ignore_row, NULL),
		    0);
		assert_int_equal(query_series_list(db, &query_coverage, &series,
				     9, ignore_row, NULL),
		    0);
	}
	assert_int_equal(query_crash_whole(db, "x", ignore_row, NULL), 0);
	assert_int_equal(query_group(db, "g", ignore_row, NULL), 0);
	assert_int_equal(query_group_targets(db, "g", 9, ignore_row, NULL), 0);
	assert_int_equal(query_node_list(db, "", 9, ignore_row, NULL), 0);
	assert_int_equal(query_node(db, "n", ignore_row, NULL), 0);
	assert_int_equal(query_node_can(db, "n", ignore_row, NULL), 0);
	assert_int_equal(query_node_jobs(db, "n", 9, ignore_row, NULL), 0);
	assert_int_equal(query_mounts(db, "n", 9, ignore_row, NULL), 0);
	db_reset(query_node_capabilities(db, "", 9));
}

static void
use_series(struct db *db)
{
	static const struct query_kind *const kinds[] = {
	    &query_stats, &query_coverage, &query_resources, &query_disks};
	struct query_span span = {0, 1000, 100}, bounds;
	size_t i;
	bool any;

	for (i = 0; i < 4; i++) {
		struct query_owner owner = {
		    1, i < 2 ? NULL : "n", i == 3 ? "/" : NULL};

		assert_int_equal(query_series_bounds(db, kinds[i], &owner,
				     &span, &any, &bounds),
		    0);
		assert_int_equal(query_series_points(db, kinds[i], &owner,
				     &span, ignore_bucket, NULL),
		    0);
	}
}

/*
 * Has every statement prepared but query_findings, which looks at each crash
 * once by design.
 */
static void
use_everything(struct db *db)
{
	struct ingest *in = unit_ingest(db);
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
	use_lists(db);
	use_series(db);
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
	    "resource_disks", "d", "m", "alerts", NULL};
	static const char *const read[] = {"events", "stats", "coverage",
	    "corpus", "crashes", "artifacts", "resources", "resource_disks",
	    "alerts", NULL};
	/* To the queue's own statements the queue may be long. */
	static const char *const queued[] = {
	    "jobs", "j", "q", "job_configs", NULL};
	const char *seq = strstr(detail, "Seq Scan on "), *table;

	if (unit_server == NULL)
		table = strncmp(detail, "SCAN ", 5) == 0 ? detail + 5 : NULL;
	else
		table = seq == NULL ? NULL : seq + 12;
	if (table == NULL)
		return false;
	return begins_with_one_of(
		   table, unit_server == NULL ? scanned : read) ||
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
	int column = unit_server == NULL ? 3 : 0;

	/* One row is enough to know that there is any. */
	if (strcmp(sql, "SELECT 1 FROM events LIMIT 1") == 0)
		return;
	if (unit_server == NULL)
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
	assert_true(count > 150);
}

/* The plan of a statement, as one text. */
static void
read_plan(struct db *db, const char *sql, struct buf *plan)
{
	struct buf explain = BUF_INIT;
	int column = unit_server == NULL ? 3 : 0;
	struct db_statement *s;

	if (unit_server == NULL)
		buf_addf(&explain, "EXPLAIN QUERY PLAN %s", sql);
	else
		prepare_explain(db, sql, &explain);
	s = db_prepare(db, NULL, explain.data);
	assert_non_null(s);
	buf_clear(plan);
	while (db_step(s) == DB_ROW)
		buf_addf(plan, "%s\n", db_column_text(s, column));
	db_reset(s);
	buf_release(&explain);
}

/* Nothing is sorted but what an index nearly has in order. */
static bool
sorts(const char *plan)
{
	return strstr(plan, "TEMP B-TREE") != NULL ||
	    strstr(plan, "Sort  (") != NULL;
}

/* A server goes by how much there is. */
static void
fill_server(struct db *db)
{
	static const char sql[] =
	    "INSERT INTO crash_groups (key, first_seen, last_seen, crashes)"
	    " SELECT 'g' || i, 1, 1, 0 FROM generate_series(1, 50) i;"
	    "INSERT INTO events (id, rev, type, time)"
	    " SELECT lpad(i::text, 32, '0'), 0, 'crash', i"
	    " FROM generate_series(1, 20000) i;"
	    "INSERT INTO crashes (event, time, status, group_key, node, job,"
	    " target) SELECT lpad(i::text, 32, '0'), i,"
	    " CASE WHEN i % 51 = 0 THEN 'unresolved' ELSE 'new' END,"
	    " CASE WHEN i % 51 > 0 THEN 'g' || i % 51 END, 'n' || i % 20,"
	    " 'j' || i % 300, 't' || i % 30 FROM generate_series(1, 20000) i;"
	    "ANALYZE";

	if (unit_server != NULL && db_exec(db, sql) < 0)
		fail_msg("%s", db_error(db)->text);
}

static void
a_list_is_a_walk_along_its_index(void **state)
{
	static const struct {
		struct crash_filter filter;
		const char *index;
	} lists[] = {
	    {{.before_event = ""}, "crashes_by_time"},
	    {{.status = "new", .before_event = ""}, "crashes_by_time"},
	    {{.status = "unresolved", .before_event = ""},
		/* Or the one for them alone. */
		"crashes_by_group"},
	    {{.group = "x", .before_event = ""}, "crashes_by_group"},
	    {{.group = "x", .target = "x", .before_event = ""},
		"crashes_by_group_target"},
	    {{.target = "x", .before_event = ""}, "crashes_by_target"},
	    {{.node = "x", .before_event = ""}, "crashes_by_node"},
	    {{.job = "x", .before_event = ""}, "crashes_by_job"},
	};
	struct buf plan = BUF_INIT;
	struct db *db = *state;
	size_t i;

	fill_server(db);
	for (i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		assert_int_equal(
		    query_crash_list(db, &lists[i].filter, 9, ignore_row, NULL),
		    0);
		read_plan(db, db->statements->sql, &plan);
		if (strstr(plan.data, lists[i].index) == NULL ||
		    sorts(plan.data))
			fail_msg("not %s: %s", lists[i].index, plan.data);
	}
	buf_release(&plan);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		no_query_reads_all_of_a_large_table, set_up, unit_tear_down),
	    cmocka_unit_test_setup_teardown(
		a_list_is_a_walk_along_its_index, set_up, unit_tear_down),
	};

	if (argc > 1)
		unit_server = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
