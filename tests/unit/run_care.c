/* The decisions behind holding and restarting: room, memory, blockers. */
#include "unit.h"

#include "health.h"
#include "mem.h"
#include "pf-run/blocker.h"
#include "pf-run/space.h"

static void
room_is_short_below_the_bound_and_enough_a_tenth_above(void **state)
{
	(void)state;
	assert_int_equal(
	    space_judge(SPACE_ENOUGH, 1000, 1000, 0, 0), SPACE_ENOUGH);
	assert_int_equal(
	    space_judge(SPACE_ENOUGH, 999, 1000, 0, 0), SPACE_FREE_SHORT);
	assert_int_equal(
	    space_judge(SPACE_FREE_SHORT, 1099, 1000, 0, 0), SPACE_FREE_SHORT);
	assert_int_equal(
	    space_judge(SPACE_FREE_SHORT, 1100, 1000, 0, 0), SPACE_ENOUGH);
}

static void
a_job_without_a_bound_is_never_too_large(void **state)
{
	(void)state;
	assert_int_equal(
	    space_judge(SPACE_ENOUGH, 9, 0, UINT64_MAX, 0), SPACE_ENOUGH);
	assert_int_equal(
	    space_judge(SPACE_ENOUGH, 9, 0, 501, 500), SPACE_JOB_LARGE);
	assert_int_equal(
	    space_judge(SPACE_JOB_LARGE, 9, 0, 451, 500), SPACE_JOB_LARGE);
	assert_int_equal(
	    space_judge(SPACE_JOB_LARGE, 9, 0, 450, 500), SPACE_ENOUGH);
}

static void
memory_is_looked_at_before_it_can_have_filled_its_limit(void **state)
{
	const uint64_t gib = UINT64_C(1) << 30;

	(void)state;
	assert_int_equal(health_next_look(0, 0, 7), 7 + 5000);
	assert_int_equal(health_next_look(0, 100 * gib, 7), 7 + 5000);
	assert_in_range(health_next_look(gib, 3 * gib, 0), 1900, 2001);
	assert_int_equal(health_next_look(3 * gib, 3 * gib, 0), 500);
	assert_int_equal(health_next_look(4 * gib, 3 * gib, 0), 500);
}

static void
one_site_five_times_soon_is_a_blocker(void **state)
{
	struct blocker b = {0};
	int i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_int_equal(blocker_note(&b, "f a.c:1", 100), 0);
	assert_null(blocker_of(&b));
	assert_int_equal(blocker_note(&b, "f a.c:1", 100), 1);
	assert_string_equal(blocker_of(&b), "f a.c:1");
	assert_int_equal(blocker_note(&b, "f a.c:1", 100), 2);
	/* Another one, a long life, or an unknown end: it blocks no more. */
	assert_int_equal(blocker_note(&b, "g a.c:9", 100), 0);
	assert_null(blocker_of(&b));
	for (i = 0; i < 5; i++)
		blocker_note(&b, "g a.c:9", 100);
	assert_non_null(blocker_of(&b));
	assert_int_equal(blocker_note(&b, "g a.c:9", 60000), 0);
	assert_null(blocker_of(&b));
	blocker_release(&b);
}

static void
a_site_is_read_from_the_last_summary(void **state)
{
	static const char *const rows[][2] = {
	    {"SUMMARY: AddressSanitizer: heap-buffer-overflow /src/a.c:27:3 in "
	     "copy_bytes\n",
		"copy_bytes a.c:27"},
	    {"SUMMARY: x y.c:1 in f\nSUMMARY: MemorySanitizer: use "
	     "b/c.cc:9:1 in void ns::g<int>(char in)",
		"void ns::g<int>(char in) c.cc:9"},
	    {"SUMMARY: AddressSanitizer: SEGV (/bin/x+0x1234) in main\n",
		"main x+0x1234"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf site = BUF_INIT;

		assert_true(
		    blocker_site(rows[i][0], strlen(rows[i][0]), &site));
		assert_string_equal(site.data, rows[i][1]);
		buf_release(&site);
	}
}

static void
a_report_without_a_place_has_no_site(void **state)
{
	static const char *const rows[] = {"",
	    "SUMMARY: ", "SUMMARY: libFuzzer: deadly signal\n",
	    "SUMMARY: AddressSanitizer: 3 byte(s) leaked in 3 allocation(s).",
	    "no summary in here"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf site = BUF_INIT;

		assert_false(blocker_site(rows[i], strlen(rows[i]), &site));
		buf_release(&site);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		room_is_short_below_the_bound_and_enough_a_tenth_above),
	    cmocka_unit_test(a_job_without_a_bound_is_never_too_large),
	    cmocka_unit_test(
		memory_is_looked_at_before_it_can_have_filled_its_limit),
	    cmocka_unit_test(one_site_five_times_soon_is_a_blocker),
	    cmocka_unit_test(a_site_is_read_from_the_last_summary),
	    cmocka_unit_test(a_report_without_a_place_has_no_site),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
