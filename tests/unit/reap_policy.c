/* Which files go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */

#include "pf-reap/policy.c"

#define NOW 100000

/* Files with the ages 10, 20, 30, 40 and 10 bytes each, in a mixed order. */
static struct policy_file files[4];

/* The verdicts by age as letters: k stays, o is old, b is over the bytes. */
static const char *
verdicts(int64_t older_than, uint64_t max_bytes, uint64_t keep_newest)
{
	static const unsigned ages[] = {30, 10, 40, 20};
	static char text[5];
	struct policy_limits limits = {older_than, max_bytes, keep_newest};
	struct policy_file *list[4];
	size_t i;

	for (i = 0; i < 4; i++) {
		files[i] = (struct policy_file){NOW - ages[i], 10, i, 0};
		list[i] = &files[i];
	}
	policy_apply(list, 4, NOW, &limits);
	for (i = 0; i < 4; i++) {
		assert_int_equal(list[i]->time_ms, NOW - 10 * (int)(i + 1));
		text[i] = "kob"[list[i]->verdict];
	}
	return text;
}

static void
age(void **state)
{
	(void)state;
	assert_string_equal(verdicts(-1, UINT64_MAX, 0), "kkkk");
	assert_string_equal(verdicts(25, UINT64_MAX, 0), "kkoo");
	assert_string_equal(verdicts(30, UINT64_MAX, 0), "kkko");
	assert_string_equal(verdicts(0, UINT64_MAX, 0), "oooo");
}

static void
bytes(void **state)
{
	(void)state;
	assert_string_equal(verdicts(-1, 40, 0), "kkkk");
	assert_string_equal(verdicts(-1, 39, 0), "kkkb");
	assert_string_equal(verdicts(-1, 20, 0), "kkbb");
	assert_string_equal(verdicts(-1, 0, 0), "bbbb");
	assert_string_equal(verdicts(25, 10, 0), "kboo");
}

static void
the_newest_stay(void **state)
{
	(void)state;
	assert_string_equal(verdicts(0, UINT64_MAX, 3), "kkko");
	assert_string_equal(verdicts(-1, 0, 1), "kbbb");
	assert_string_equal(verdicts(0, 0, UINT64_MAX), "kkkk");
	/* What must stay counts, and may alone be too much. */
	assert_string_equal(verdicts(-1, 30, 2), "kkkb");
	assert_string_equal(verdicts(-1, 5, 2), "kkbb");
}

static void
a_small_old_file_does_not_stay_for_a_large_new_one(void **state)
{
	struct policy_file large = {NOW - 1, 100, 1, 0};
	struct policy_file small = {NOW - 2, 1, 2, 0};
	struct policy_file *list[] = {&small, &large};
	struct policy_limits limits = {-1, 50, 0};

	(void)state;
	policy_apply(list, 2, NOW, &limits);
	assert_int_equal(large.verdict, POLICY_OVER);
	assert_int_equal(small.verdict, POLICY_OVER);
}

static void
files_of_the_future_and_of_one_time(void **state)
{
	struct policy_file a = {NOW + 50, 1, 7, 0}, b = {NOW + 50, 1, 3, 0};
	struct policy_file *list[] = {&a, &b};
	struct policy_limits limits = {0, 1, 0};

	(void)state;
	policy_apply(list, 2, NOW, &limits);
	assert_ptr_equal(list[0], &b);
	assert_int_equal(b.verdict, POLICY_KEEP);
	assert_int_equal(a.verdict, POLICY_OVER);
	policy_apply(list, 0, NOW, &limits);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(age),
	    cmocka_unit_test(bytes),
	    cmocka_unit_test(the_newest_stay),
	    cmocka_unit_test(
		a_small_old_file_does_not_stay_for_a_large_new_one),
	    cmocka_unit_test(files_of_the_future_and_of_one_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
