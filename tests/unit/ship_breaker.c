/* The circuit breaker's decisions: no clock, no file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */

#include "pf-ship/breaker.h"

static const struct breaker_limits limits = {1000, 60000, 3};

static void
failures_in_a_row_open_it(void **state)
{
	struct breaker b = {0};

	(void)state;
	assert_int_equal(breaker_fail(&b, &limits, -1, 5000, 1000), 1000);
	assert_int_equal(breaker_fail(&b, &limits, -1, 5000, 2000), 2000);
	assert_int_equal(breaker_state(&b, 5000), BREAKER_CLOSED);
	assert_int_equal(breaker_fail(&b, &limits, -1, 5000, 4000), 4000);
	assert_int_equal(breaker_state(&b, 5000), BREAKER_OPEN);
	assert_int_equal(breaker_left(&b, 6000), 3000);
	assert_int_equal(breaker_state(&b, 8999), BREAKER_OPEN);
	assert_int_equal(breaker_state(&b, 9000), BREAKER_HALF_OPEN);
}

static void
a_success_closes_it(void **state)
{
	struct breaker b = {7, true, 5000, 1000};

	(void)state;
	assert_true(breaker_succeed(&b));
	assert_int_equal(breaker_state(&b, 5000), BREAKER_CLOSED);
	assert_int_equal(b.failures, 0);
	assert_false(breaker_succeed(&b));
}

static void
a_probe_that_fails_opens_it_anew(void **state)
{
	struct breaker b = {3, true, 5000, 1000};

	(void)state;
	assert_int_equal(breaker_state(&b, 6000), BREAKER_HALF_OPEN);
	assert_int_equal(breaker_fail(&b, &limits, -1, 6000, 8000), 8000);
	assert_int_equal(breaker_state(&b, 6000), BREAKER_OPEN);
	assert_int_equal(breaker_left(&b, 6000), 8000);
}

static void
what_was_asked_for_opens_it_at_once(void **state)
{
	struct breaker b = {0};

	(void)state;
	assert_int_equal(breaker_fail(&b, &limits, 90000, 0, 5), 90000);
	assert_int_equal(breaker_left(&b, 0), 90000);
	/* Now is not a time to wait for. */
	b = (struct breaker){0};
	assert_int_equal(breaker_fail(&b, &limits, 0, 0, 5), 5);
	assert_int_equal(breaker_state(&b, 0), BREAKER_CLOSED);
}

static void
a_clock_set_back_ends_the_wait(void **state)
{
	struct breaker b = {3, true, 1000000, 60000};

	(void)state;
	assert_int_equal(breaker_state(&b, 999999), BREAKER_HALF_OPEN);
	assert_int_equal(breaker_left(&b, 0), 0);
	b.opened = INT64_MAX;
	assert_int_equal(breaker_left(&b, INT64_MAX), 60000);
	assert_int_equal(breaker_left(&b, 5), 0);
}

static void
without_a_bound_failures_never_open_it(void **state)
{
	const struct breaker_limits none = {1000, 60000, 0};
	struct breaker b = {UINT32_MAX, false, 0, 0};

	(void)state;
	assert_int_equal(breaker_fail(&b, &none, -1, 0, 60000), 60000);
	assert_int_equal(b.failures, UINT32_MAX);
	assert_int_equal(breaker_state(&b, 0), BREAKER_CLOSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(failures_in_a_row_open_it),
	    cmocka_unit_test(a_success_closes_it),
	    cmocka_unit_test(a_probe_that_fails_opens_it_anew),
	    cmocka_unit_test(what_was_asked_for_opens_it_at_once),
	    cmocka_unit_test(a_clock_set_back_ends_the_wait),
	    cmocka_unit_test(without_a_bound_failures_never_open_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
