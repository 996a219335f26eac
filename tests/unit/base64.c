/* base64.h: RFC 4648, section 10, and what is not base64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base64.h"

static void
vectors_of_the_rfc(void **state)
{
	static const char *const pairs[][2] = {{"", ""}, {"Zg==", "f"},
	    {"Zm8=", "fo"}, {"Zm9v", "foo"}, {"Zm9vYg==", "foob"},
	    {"Zm9vYmE=", "fooba"}, {"Zm9vYmFy", "foobar"}};
	struct buf out = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		buf_clear(&out);
		assert_true(
		    base64_decode(&out, pairs[i][0], strlen(pairs[i][0])));
		assert_string_equal(out.data, pairs[i][1]);
	}
	buf_release(&out);
}

static void
every_byte(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	assert_true(base64_decode(&out, "AP+A/n8+", 8));
	assert_int_equal(out.len, 6);
	assert_memory_equal(out.data, "\x00\xff\x80\xfe\x7f\x3e", 6);
	buf_release(&out);
}

static void
others_are_refused_and_leave_nothing(void **state)
{
	static const char *const bad[] = {"Zg",
	    "Zg=", "Zg===", "====", "Z===", "Zh==", "Zm9=", "Zm9v\n", "Zm 9",
	    "Zg==Zg==", "Zm-_", "\xff\xff=="};
	struct buf out = BUF_INIT;
	size_t i;

	(void)state;
	buf_add_char(&out, 'x');
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(base64_decode(&out, bad[i], strlen(bad[i])));
		assert_int_equal(out.len, 1);
	}
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vectors_of_the_rfc),
	    cmocka_unit_test(every_byte),
	    cmocka_unit_test(others_are_refused_and_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
