/* Lists of strings, and environments. */
#include "unit.h"

#include "strvec.h"

static void
is_always_ended_by_null(void **state)
{
	struct strvec s = STRVEC_INIT;
	unsigned i;

	(void)state;
	for (i = 0; i < 100; i++) {
		strvec_addf(&s, "item %u", i);
		assert_int_equal(s.count, i + 1);
		assert_null(s.item[s.count]);
	}
	assert_string_equal(s.item[42], "item 42");
	strvec_release(&s);
	assert_int_equal(s.count, 0);
	strvec_release(&s);
}

static void
owns_copies(void **state)
{
	char text[] = "one", more[] = "two", *list[] = {text, more, NULL};
	struct strvec s = STRVEC_INIT;

	(void)state;
	strvec_add_all(&s, list);
	text[0] = 'x';
	assert_string_equal(s.item[0], "one");
	assert_string_equal(s.item[1], "two");
	strvec_release(&s);
}

static void
finds_whole_names_only(void **state)
{
	struct strvec s = STRVEC_INIT;

	(void)state;
	assert_null(strvec_env_get(&s, "PATH"));
	strvec_add(&s, "PATHS=1");
	strvec_add(&s, "PATH");
	strvec_add(&s, "PATH=/bin:a=b");
	strvec_add(&s, "EMPTY=");
	assert_string_equal(strvec_env_get(&s, "PATH"), "/bin:a=b");
	assert_string_equal(strvec_env_get(&s, "EMPTY"), "");
	assert_null(strvec_env_get(&s, "PAT"));
	assert_null(strvec_env_get(&s, ""));
	strvec_release(&s);
}

static void
sets_replaces_and_removes(void **state)
{
	struct strvec s = STRVEC_INIT;

	(void)state;
	strvec_env_set(&s, "GONE", NULL);
	assert_int_equal(s.count, 0);
	strvec_env_set(&s, "A", "1");
	strvec_env_set(&s, "B", "2");
	strvec_env_set(&s, "A", "3");
	assert_int_equal(s.count, 2);
	assert_string_equal(strvec_env_get(&s, "A"), "3");
	strvec_env_set(&s, "A", NULL);
	strvec_env_set(&s, "B", NULL);
	assert_int_equal(s.count, 0);
	assert_null(s.item[0]);
	strvec_release(&s);
}

static void
sorts_by_bytes(void **state)
{
	struct strvec s = STRVEC_INIT;

	(void)state;
	strvec_sort(&s);
	strvec_add(&s, "b");
	strvec_add(&s, "\xc3\xa9");
	strvec_add(&s, "B");
	strvec_add(&s, "a");
	strvec_sort(&s);
	assert_string_equal(s.item[0], "B");
	assert_string_equal(s.item[1], "a");
	assert_string_equal(s.item[2], "b");
	assert_string_equal(s.item[3], "\xc3\xa9");
	assert_null(s.item[4]);
	strvec_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_always_ended_by_null),
	    cmocka_unit_test(owns_copies),
	    cmocka_unit_test(finds_whole_names_only),
	    cmocka_unit_test(sets_replaces_and_removes),
	    cmocka_unit_test(sorts_by_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
