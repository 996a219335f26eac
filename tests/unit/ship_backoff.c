/* Waiting between attempts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */

#include "pf-ship/backoff.c"

/* A random number of the ceiling itself shows where the ceiling is. */
static void
doubles_up_to_the_maximum(void **state)
{
	(void)state;
	assert_int_equal(backoff_delay(0, 1000, 300000, 1000), 1000);
	assert_int_equal(backoff_delay(0, 1000, 300000, 1001), 0);
	assert_int_equal(backoff_delay(3, 1000, 300000, 8000), 8000);
	assert_int_equal(backoff_delay(3, 1000, 300000, 8001), 0);
	assert_int_equal(backoff_delay(9, 1000, 300000, 300000), 300000);
	assert_int_equal(backoff_delay(9, 1000, 300000, 300001), 0);
}

static void
never_overflows(void **state)
{
	const int64_t max = INT64_MAX - 1;

	(void)state;
	assert_int_equal(backoff_delay(UINT32_MAX, 3, max, (uint64_t)max), max);
	assert_int_equal(backoff_delay(UINT32_MAX, 0, max, 12345), 0);
}

static void
a_maximum_below_the_minimum_counts(void **state)
{
	(void)state;
	assert_int_equal(backoff_delay(5, 1000, 10, 10), 10);
	assert_int_equal(backoff_delay(5, 1000, 10, 11), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(doubles_up_to_the_maximum),
	    cmocka_unit_test(never_overflows),
	    cmocka_unit_test(a_maximum_below_the_minimum_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
