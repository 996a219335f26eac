/* What a command's end means for the lines it was given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */

#include "pf-ship/command.c"

static enum delivery
judge(int status, bool read_all)
{
	struct buf why = BUF_INIT;
	enum delivery result = command_judge(status, read_all, &why);

	assert_int_equal(why.len == 0, result == DELIVERY_DONE);
	buf_release(&why);
	return result;
}

static void
commands_are_judged(void **state)
{
	(void)state;
	assert_int_equal(judge(0 << 8, true), DELIVERY_DONE);
	assert_int_equal(judge(0 << 8, false), DELIVERY_TEMPORARY);
	assert_int_equal(judge(1 << 8, true), DELIVERY_REMARKED);
	assert_int_equal(judge(1 << 8, false), DELIVERY_TEMPORARY);
	assert_int_equal(judge(65 << 8, false), DELIVERY_REFUSED);
	assert_int_equal(judge(77 << 8, true), DELIVERY_FORBIDDEN);
	assert_int_equal(judge(75 << 8, true), DELIVERY_TEMPORARY);
	assert_int_equal(judge(255 << 8, true), DELIVERY_TEMPORARY);
	assert_int_equal(judge(9, true), DELIVERY_TEMPORARY);
	assert_int_equal(judge(64 << 8, true), DELIVERY_UNUSABLE);
	assert_int_equal(judge(127 << 8, true), DELIVERY_UNUSABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(commands_are_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
