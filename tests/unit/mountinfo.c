/* What is mounted where. */
#include "unit.h"

#include "mountinfo.h"

static void
takes_a_line_apart(void **state)
{
	static const char text[] =
	    "41 31 0:38 /a\\040b /uni\\134fied\\012 rw,relatime shared:9 master:1 "
	    "- cgroup2 no\\040ne rw,memory,cpu\n";
	const char *at = text;
	struct mount m;

	(void)state;
	mount_init(&m);
	assert_true(mount_next(&m, &at));
	assert_int_equal(m.id, 41);
	assert_string_equal(m.root.data, "/a b");
	assert_string_equal(m.point.data, "/uni\\fied\n");
	assert_string_equal(m.type.data, "cgroup2");
	assert_string_equal(m.options.data, "rw,memory,cpu");
	assert_true(mount_has_option(&m, "rw"));
	assert_true(mount_has_option(&m, "memory"));
	assert_true(mount_has_option(&m, "cpu"));
	assert_false(mount_has_option(&m, "mem"));
	assert_false(mount_has_option(&m, "cpuset"));
	assert_false(mount_next(&m, &at));
	mount_release(&m);
}

static void
keeps_what_only_looks_like_an_escape(void **state)
{
	const char *at = "1 0 0:1 / /a\\0 rw - t s o\n"
			 "2 0 0:1 / /b\\400 rw - t s o\n"
			 "3 0 0:1 / /c\\089 rw - t s o";
	struct mount m;

	(void)state;
	mount_init(&m);
	assert_true(mount_next(&m, &at));
	assert_string_equal(m.point.data, "/a\\0");
	assert_true(mount_next(&m, &at));
	assert_string_equal(m.point.data, "/b\\400");
	assert_true(mount_next(&m, &at));
	assert_string_equal(m.point.data, "/c\\089");
	mount_release(&m);
}

static void
passes_over_lines_that_are_cut_short(void **state)
{
	const char *at = "\n41\n41 31 0:38 / /c rw\nx 0 0:1 / /d rw - t s o\n"
			 "99999999999999999999 0 0:1 / /d rw - t s o\n"
			 "5 0 0:1 / /e rw - \n6 0 0:1 / /f rw - t";
	struct mount m;

	(void)state;
	mount_init(&m);
	assert_true(mount_next(&m, &at));
	assert_int_equal(m.id, 6);
	assert_string_equal(m.type.data, "t");
	assert_string_equal(m.options.data, "");
	assert_false(mount_next(&m, &at));
	mount_release(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_a_line_apart),
	    cmocka_unit_test(keeps_what_only_looks_like_an_escape),
	    cmocka_unit_test(passes_over_lines_that_are_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
