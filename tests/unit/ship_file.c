/* What an append that was cut short has left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */

#include "pf-ship/file.c"

static size_t
overlap(const char *tail, const char *batch)
{
	return file_overlap(tail, strlen(tail), batch, strlen(batch));
}

static void
appends_are_continued(void **state)
{
	(void)state;
	assert_int_equal(overlap("", "aa\nbb\n"), 0);
	assert_int_equal(overlap("x\naa\nbb\n", "aa\nbb\n"), 6);
	assert_int_equal(overlap("aa\nbb\n", "aa\nbb\n"), 6);
	assert_int_equal(overlap("x\naa\nb", "aa\nbb\n"), 4);
	assert_int_equal(overlap("x\na", "aa\nbb\n"), 1);
	assert_int_equal(overlap("x\naa\n", "aa\nbb\n"), 3);
	/* Not at the beginning of a line, or not up to the end. */
	assert_int_equal(overlap("xaa\nb", "aa\nbb\n"), 0);
	assert_int_equal(overlap("x\naa\nc\n", "aa\nbb\n"), 0);
	/* The longest counts. */
	assert_int_equal(overlap("aa\naa\n", "aa\naa\nbb\n"), 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(appends_are_continued),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
