/* Quoting and exit codes. */
#include "unit.h"

#include <errno.h>
#include <sysexits.h>

#include "msg.h"
#include "out.h"

static void
quotes_whatever_could_mislead(void **state)
{
	(void)state;
	assert_string_equal(msg_quote(""), "''");
	assert_string_equal(msg_quote("a b"), "'a b'");
	assert_string_equal(
	    msg_quote("\x1b[2J\n\t\x7f"), "'\\x1b[2J\\x0a\\x09\\x7f'");
	assert_string_equal(msg_quote("it's\\x41"), "'it\\x27s\\x5cx41'");
	assert_string_equal(msg_quote("\xc3\xa9\xff"), "'\\xc3\\xa9\\xff'");
	assert_string_equal(msg_quote_n("a\0b", 3), "'a\\x00b'");
}

static void
keeps_eight_quotes(void **state)
{
	const char *kept[8];
	char text[2] = "a";
	int i;

	(void)state;
	for (i = 0; i < 8; i++) {
		text[0] = (char)('a' + i);
		kept[i] = msg_quote(text);
	}
	for (i = 0; i < 8; i++)
		assert_int_equal(kept[i][1], 'a' + i);
}

static void
gives_each_failure_its_exit_code(void **state)
{
	(void)state;
	assert_int_equal(msg_exit_code(ENOENT), EX_NOINPUT);
	assert_int_equal(msg_exit_code(ENOTDIR), EX_NOINPUT);
	assert_int_equal(msg_exit_code(EACCES), EX_NOPERM);
	assert_int_equal(msg_exit_code(ENOSPC), EX_TEMPFAIL);
	assert_int_equal(msg_exit_code(EMFILE), EX_TEMPFAIL);
	assert_int_equal(msg_exit_code(EIO), EX_IOERR);
	assert_int_equal(msg_exit_code(0), EX_IOERR);
}

static void
knows_the_worse_of_two(void **state)
{
	(void)state;
	assert_int_equal(exit_worse(0, 0), 0);
	assert_int_equal(exit_worse(0, 1), 1);
	assert_int_equal(exit_worse(EX_NOINPUT, 1), EX_NOINPUT);
	assert_int_equal(exit_worse(1, EX_TEMPFAIL), EX_TEMPFAIL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(quotes_whatever_could_mislead),
	    cmocka_unit_test(keeps_eight_quotes),
	    cmocka_unit_test(gives_each_failure_its_exit_code),
	    cmocka_unit_test(knows_the_worse_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
