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

/* A state that is left or entered without its action would wait for ever. */
static void
acts_exactly_when_the_state_changes(void **state)
{
	static const int action_into[MACHINE_STATES] = {
	    [MACHINE_WAITING] = MACHINE_RETRY,
	    [MACHINE_RUNNING] = MACHINE_START,
	    [MACHINE_STOPPING] = MACHINE_ASK,
	    [MACHINE_KILLING] = MACHINE_KILL};
	int from, event;

	(void)state;
	for (from = 0; from < MACHINE_STATES; from++)
		for (event = 0; event < MACHINE_EVENTS; event++) {
			struct machine_step step = machine_step(from, event);

			if ((int)step.next == from)
				assert_int_equal(step.action, MACHINE_NOTHING);
			else if (step.next == MACHINE_ENDED)
				assert_true(step.action == MACHINE_FINISH ||
				    step.action == MACHINE_FAIL);
			else
				assert_int_equal(
				    step.action, action_into[step.next]);
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
	    cmocka_unit_test(acts_exactly_when_the_state_changes),
	    cmocka_unit_test(ends_after_two_stops_whatever_comes_between),
	    cmocka_unit_test(starts_again_only_what_broke_by_itself),
	    cmocka_unit_test(doubles_the_pause_up_to_the_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
