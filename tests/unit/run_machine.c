/* The supervisor's table: what must hold of every row. */
#include "unit.h"

#include "pf-run/machine.h"

static void
never_leaves_the_end(void **state)
{
	int event;

	(void)state;
	for (event = 0; event < MACHINE_EVENTS; event++) {
		struct machine_step step = machine_step(MACHINE_ENDED, event);

		assert_int_equal(step.next, MACHINE_ENDED);
		assert_int_equal(step.action, MACHINE_NOTHING);
	}
}

/*
 * Every cell: the next state's letter ('.': the same) and the action's. A row
 * a state, in the order of enum machine_state, a column an event.
 */
static void
is_this_table(void **state)
{
	static const char states[] = "WHRLOSKE", actions[] = "-sraKfF";
	/* clang-format off */
	static const char *const rows[MACHINE_STATES] = {
	/*       due not done mis brk lve hld rel stp grc */
	/* W */ "Rs  .-  .-  .-  .-  .-  H-  .-  Ef  .-",
	/* H */ ".-  .-  .-  .-  .-  .-  .-  Wr  Ef  .-",
	/* R */ ".-  EF  Ef  EF  Wr  La  Oa  .-  Sa  .-",
	/* L */ ".-  Wr  Wr  Wr  Wr  .-  O-  .-  S-  .K",
	/* O */ ".-  H-  H-  H-  H-  .-  .-  L-  S-  .K",
	/* S */ ".-  Ef  Ef  Ef  Ef  .-  .-  .-  KK  KK",
	/* K */ ".-  Ef  Ef  Ef  Ef  .-  .-  .-  .-  .K",
	/* E */ ".-  .-  .-  .-  .-  .-  .-  .-  .-  .-",
	};
	/* clang-format on */
	int from, event;

	(void)state;
	for (from = 0; from < MACHINE_STATES; from++)
		for (event = 0; event < MACHINE_EVENTS; event++) {
			struct machine_step step = machine_step(from, event);
			const char *cell = rows[from] + event * 4;
			char next =
			    (int)step.next == from ? '.' : states[step.next];

			assert_int_equal(next, cell[0]);
			assert_int_equal(actions[step.action], cell[1]);
		}
}

/* Whatever comes between, two stops and its end are the end. */
static void
ends_after_two_stops_whatever_comes_between(void **state)
{
	uint64_t seed = 17;
	int round, i;

	(void)state;
	for (round = 0; round < 2000; round++) {
		enum machine_state at = unit_random(&seed) % MACHINE_STATES;

		for (i = 0; i < 2; i++) {
			at = machine_step(at, MACHINE_STOP).next;
			/* Neither of these undoes a stop. */
			at = machine_step(at, MACHINE_DUE).next;
			assert_int_not_equal(at, MACHINE_RUNNING);
			assert_int_not_equal(at, MACHINE_WAITING);
			at = machine_step(at, MACHINE_HOLD).next;
			at = machine_step(at, MACHINE_RELEASE).next;
			at = machine_step(at, MACHINE_LEAVE).next;
			assert_int_not_equal(at, MACHINE_LEAVING);
		}
		assert_true(at == MACHINE_KILLING || at == MACHINE_ENDED);
		at = machine_step(at, MACHINE_GONE_BROKE).next;
		assert_int_equal(at, MACHINE_ENDED);
	}
}

static void
starts_again_only_what_broke_by_itself(void **state)
{
	struct machine_step step;
	int from;

	(void)state;
	step = machine_step(MACHINE_RUNNING, MACHINE_GONE_BROKE);
	assert_int_equal(step.action, MACHINE_RETRY);
	step = machine_step(MACHINE_RUNNING, MACHINE_GONE_MISUSED);
	assert_int_equal(step.action, MACHINE_FAIL);
	step = machine_step(MACHINE_RUNNING, MACHINE_GONE_DONE);
	assert_int_equal(step.action, MACHINE_FINISH);
	for (from = MACHINE_STOPPING; from <= MACHINE_KILLING; from++) {
		step = machine_step(from, MACHINE_GONE_BROKE);
		assert_int_equal(step.action, MACHINE_FINISH);
	}
}

static void
doubles_the_pause_up_to_the_most(void **state)
{
	static const int64_t pauses[] = {
	    1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof pauses / sizeof pauses[0]; i++)
		assert_int_equal(machine_backoff(i, 1000, 60000), pauses[i]);
	assert_int_equal(machine_backoff(4000000000u, 1000, 60000), 60000);
	assert_int_equal(machine_backoff(0, 1000, 500), 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(never_leaves_the_end),
	    cmocka_unit_test(is_this_table),
	    cmocka_unit_test(ends_after_two_stops_whatever_comes_between),
	    cmocka_unit_test(starts_again_only_what_broke_by_itself),
	    cmocka_unit_test(doubles_the_pause_up_to_the_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
