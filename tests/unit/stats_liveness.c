/* States of fuzzer processes, from what was seen of them. */
#include "unit.h"

#include "libengine/stats.h"
#include "pf-stats/liveness.h"

static void
tells_states_apart(void **state)
{
	static const struct {
		const char *name;
		struct liveness seen;
		const char *expected;
		int64_t alive;
	} rows[] = {
	    {"writes", {PROCESS_HERE, false, false, 60000, true}, "running", 1},
	    {"does not write any more",
		{PROCESS_HERE, false, false, 120000, true}, "stale", 1},
	    {"need not write", {PROCESS_HERE, false, false, 7200000, false},
		"running", 1},
	    {"its clock is ahead", {PROCESS_HERE, false, false, -7200000, true},
		"running", 1},
	    /* A log that says so may be that of an earlier process. */
	    {"begins again", {PROCESS_HERE, true, false, 0, true}, "running",
		1},
	    {"has ended", {PROCESS_NONE, true, false, 10, true}, "stopped", 0},
	    {"was killed", {PROCESS_NONE, false, false, 10, true}, "dead", 0},
	    {"another machine's", {PROCESS_NONE, false, true, 10, true},
		"remote", STATS_UNKNOWN},
	    {"another machine's, which has ended",
		{PROCESS_NONE, true, true, 10, true}, "remote", STATS_UNKNOWN},
	    {"another machine's, with its clock ahead",
		{PROCESS_NONE, false, true, -10, true}, "remote",
		STATS_UNKNOWN},
	    {"another machine's, long ago",
		{PROCESS_NONE, false, true, 120000, true}, "dead", 0},
	    {"cannot be seen", {PROCESS_UNKNOWN, false, false, 10, false},
		"unknown", STATS_UNKNOWN},
	    {"cannot be seen, but has told its end",
		{PROCESS_UNKNOWN, true, false, 10, false}, "stopped", 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *got = liveness_state(&rows[i].seen);

		if (strcmp(got, rows[i].expected) != 0)
			fail_msg("%s: %s, not %s", rows[i].name, got,
			    rows[i].expected);
		assert_int_equal(liveness_alive(got), rows[i].alive);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_states_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
