/* The set of keys. */
#include "unit.h"

#include "pf-run/nameset.h"

static void
holds_what_was_added_and_nothing_else(void **state)
{
	struct nameset set = NAMESET_INIT;
	uint64_t key;

	(void)state;
	assert_false(nameset_has(&set, 7));
	/* Multiples of a large power of two all want the same place. */
	for (key = 1; key < 3000; key++)
		assert_true(nameset_add(&set, key << 40));
	for (key = 1; key < 3000; key++)
		assert_false(nameset_add(&set, key << 40));
	assert_int_equal(set.count, 2999);
	for (key = 1; key < 3000; key++)
		assert_false(nameset_has(&set, (key << 40) + 1));
	nameset_release(&set);
}

static void
takes_every_key_and_can_be_cleared(void **state)
{
	struct nameset set = NAMESET_INIT;

	(void)state;
	assert_true(nameset_add(&set, 0));
	assert_true(nameset_has(&set, 0));
	assert_true(nameset_add(&set, UINT64_MAX));
	assert_false(nameset_add(&set, UINT64_MAX));
	nameset_clear(&set);
	assert_false(nameset_has(&set, 0));
	assert_true(nameset_add(&set, UINT64_MAX));
	nameset_release(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(holds_what_was_added_and_nothing_else),
	    cmocka_unit_test(takes_every_key_and_can_be_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
