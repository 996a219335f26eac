/* What a terminal shows: only what is known. */
#include "unit.h"

#include "pf-replay/progress.h"

static void
expect_text(unsigned long long done, unsigned long long total,
    int64_t elapsed_ms, const char *expected)
{
	struct progress p = {.done = done, .total = total};
	struct buf text = BUF_INIT;

	progress_text(&text, &p, elapsed_ms);
	assert_string_equal(text.data, expected);
	buf_release(&text);
}

static void
tells_rate_and_time_left(void **state)
{
	(void)state;
	expect_text(10, 40, 10000, "10/40 done, 1.0/s, 30 s left");
	expect_text(2000, 100000, 1000, "2000/100000 done, 2000/s, 49 s left");
	expect_text(10, 1000, 10000, "10/1000 done, 1.0/s, 16 min left");
	expect_text(1, 10000, 2000, "1/10000 done, 0.5/s, 5.6 h left");
}

static void
tells_no_more_than_is_known(void **state)
{
	(void)state;
	expect_text(0, 0, 0, "0 done");
	expect_text(0, 40, 5000, "0/40 done");
	expect_text(30, 0, 10000, "30 done, 3.0/s");
	expect_text(40, 40, 10000, "40/40 done, 4.0/s");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_rate_and_time_left),
	    cmocka_unit_test(tells_no_more_than_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
