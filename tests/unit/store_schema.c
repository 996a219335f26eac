/* schema.h: bad states cannot be written. */
#include "unit_store.h"

#define EVENT "'0123456789abcdef0123456789abcdef'"

static const char rows[] =
    "INSERT INTO nodes (name, first_seen, last_seen) VALUES ('n', 1, 2);"
    "INSERT INTO jobs (name) VALUES ('j');"
    /* The first of their kind have the id 1. */
    "INSERT INTO series (node) VALUES ('n');"
    "INSERT INTO lanes (tier, needs) VALUES ('t', '[]');"
    "INSERT INTO events (id, rev, type, time) VALUES (" EVENT ", 0, 't', 5);"
    "INSERT INTO crash_groups (key, first_seen, last_seen, crashes)"
    " VALUES ('g', 1, 1, 0);";

static int
set_up(void **state)
{
	unit_set_up(state);
	assert_int_equal(db_exec(*state, rows), 0);
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

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		bad_states_are_refused, set_up, unit_tear_down),
	    cmocka_unit_test_setup_teardown(
		what_an_event_said_goes_with_it, set_up, unit_tear_down),
	};

	if (argc > 1)
		unit_server = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
