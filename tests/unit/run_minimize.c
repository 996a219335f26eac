/* When a corpus is minimized. */
#include "unit.h"

#include "pf-run/minimize.h"

static void
assert_due(bool want, struct minimize_size now, struct minimize_size max,
    struct minimize_size left)
{
	assert_int_equal(minimize_due(now, max, left), want);
}

static void
only_over_a_bound(void **state)
{
	const struct minimize_size none = {0, 0};

	(void)state;
	assert_due(false, (struct minimize_size){5000, 1},
	    (struct minimize_size){5000, 0}, none);
	assert_due(true, (struct minimize_size){5001, 1},
	    (struct minimize_size){5000, 0}, none);
	assert_due(false, (struct minimize_size){1, 1000},
	    (struct minimize_size){5000, 1000}, none);
	assert_due(true, (struct minimize_size){1, 1001},
	    (struct minimize_size){5000, 1000}, none);
}

static void
never_without_bounds(void **state)
{
	(void)state;
	assert_due(false, (struct minimize_size){UINT64_MAX, UINT64_MAX},
	    (struct minimize_size){0, 0}, (struct minimize_size){0, 0});
}

/* A corpus that cannot be made smaller is not tried again and again. */
static void
not_again_before_it_has_grown_by_half(void **state)
{
	const struct minimize_size max = {5000, 1000000};
	const struct minimize_size left = {6000, 300000};

	(void)state;
	assert_due(false, (struct minimize_size){8999, 400000}, max, left);
	assert_due(true, (struct minimize_size){9000, 400000}, max, left);
	/* Growth counts in what is over its bound. */
	assert_due(false, (struct minimize_size){4000, 900000}, max, left);
	assert_due(true, (struct minimize_size){4000, 1000001}, max, left);
	assert_due(false, (struct minimize_size){6001, 999999}, max, left);
}

static void
one_that_was_made_small_may_grow_to_its_bound(void **state)
{
	const struct minimize_size max = {5000, 0}, left = {200, 1};

	(void)state;
	assert_due(false, (struct minimize_size){300, 9}, max, left);
	assert_due(false, (struct minimize_size){5000, 9}, max, left);
	assert_due(true, (struct minimize_size){5001, 9}, max, left);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_over_a_bound),
	    cmocka_unit_test(never_without_bounds),
	    cmocka_unit_test(not_again_before_it_has_grown_by_half),
	    cmocka_unit_test(one_that_was_made_small_may_grow_to_its_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
