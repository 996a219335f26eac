/* The JSON reader: what it accepts and refuses, and what it says of it. */
#include "unit.h"

#include <limits.h>

#include "mem.h"
#include "unit_scan.h"

#define DEPTH_MAX 24
#define COUNT(array) (sizeof(array) / sizeof *(array))

struct row {
	const char *text;
	size_t len;
	const char *why; /* NULL: accepted */
};

/* clang-format off */
#define GOOD(text) {text, sizeof(text) - 1, NULL}
#define BAD(text, why) {text, sizeof(text) - 1, why}
/* clang-format on */

static struct scan scan = SCAN_INIT;

static int
release(void **state)
{
	(void)state;
	scan_release(&scan);
	return 0;
}

/* Reads from memory of that very size, so that reading beyond it is seen. */
static bool
reads(const char *text, size_t len, const char **why)
{
	char *exact = mem_alloc(len > 0 ? len : 1);
	const char *differs;
	bool good;

	memcpy(exact, text, len);
	differs = scan_differs(&scan, exact, len, DEPTH_MAX);
	if (differs != NULL)
		fail_msg("%s: %.*s", differs, (int)len, text);
	good = scan_read(&scan, exact, len, DEPTH_MAX, why);
	free(exact);
	return good;
}

static void
check_rows(const struct row *row, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *why = "";
		bool good = reads(row[i].text, row[i].len, &why);

		if (good != (row[i].why == NULL))
			fail_msg("row %zu, %s: %s", i, row[i].text, why);
		if (!good && row[i].why[0] == '-') /* the whole of it */
			assert_string_equal(why, row[i].why + 1);
		else if (!good)
			assert_non_null(strstr(why, row[i].why));
	}
}

static void
takes_structures_as_the_grammar_has_them(void **state)
{
	static const struct row rows[] = {GOOD("{}"), GOOD("[]"), GOOD(" [ ] "),
	    GOOD("\t\r\n {\t\r\n }\t\r\n "), GOOD("[[],{},[[]],[{}]]"),
	    GOOD("{\"\":[]}"), GOOD("[true,false,null]"),
	    GOOD("{ \"a\" : 1 , \"b\" : [ 2 , 3 ] }\n"),
	    GOOD("{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}"),
	    BAD("", "-not JSON: column 1: '{' or '[' is expected"),
	    BAD(" ", "-not JSON: column 2: '{' or '[' is expected"),
	    BAD("1", "column 1: '{' or '['"), BAD("\"a\"", "'{' or '['"),
	    BAD("null", "'{' or '['"), BAD("]", "'{' or '['"),
	    BAD("\xef\xbb\xbf{}", "column 1: '{' or '['"),
	    BAD("[", "-not JSON: column 2: a value is expected"),
	    BAD("{", "-not JSON: column 2: a name is expected"),
	    BAD("[1", "column 3: ',' or ']' is expected"),
	    BAD("{\"a\":1", "column 7: ',' or '}' is expected"),
	    BAD("[1}", "column 3: ',' or ']'"), BAD("{\"a\":1]", "',' or '}'"),
	    BAD("[}", "a value is expected"), BAD("{]", "a name is expected"),
	    BAD("[,]", "column 2: a value"), BAD("[1,]", "column 4: a value"),
	    BAD("[1,,2]", "a value"), BAD("[1 2]", "column 4: ','"),
	    BAD("{,}", "a name"), BAD("{\"a\":1,}", "column 8: a name"),
	    BAD("{\"a\"}", "column 5: a colon is expected"),
	    BAD("{\"a\" 1}", "column 6: a colon"), BAD("{\"a\":}", "a value"),
	    BAD("{\"a\"::1}", "a value"), BAD("{\"a\",1}", "a colon"),
	    BAD("{a:1}", "a name"), BAD("{1:1}", "a name"),
	    BAD("{'a':1}", "a name"), BAD("['a']", "a value"),
	    BAD("{null:1}", "a name"), BAD("[\"a\":1]", "',' or ']'"),
	    BAD("{\"a\":1 \"b\":2}", "column 8: ',' or '}'"),
	    BAD("[] []", "-not JSON: column 4: there is more"),
	    BAD("{}}", "there is more"), BAD("[]]", "there is more"),
	    BAD("[],", "there is more"), BAD("[]x", "there is more"),
	    BAD("[]\0", "column 3: there is more"), BAD("[1]\0", "more"),
	    BAD("[\0]", "column 2: a value"), BAD("[1\0]", "column 3: ','"),
	    BAD("[true\0]", "column 6: ','"), BAD("{\"a\"\0:1}", "a colon"),
	    BAD("[1\0", "column 3: ','"), BAD("\0", "'{' or '['"),
	    BAD("[1]//", "more"), BAD("[/**/1]", "a value"),
	    BAD("[\f1]", "a value"), BAD("[\v1]", "a value"),
	    BAD("[\xc2\xa0"
		"1]",
		"a value"),
	    BAD("[\xff]", "a value")};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
takes_three_words(void **state)
{
	static const struct row rows[] = {GOOD("[null]"),
	    BAD("[nul]", "column 2: a value"), BAD("[nulL]", "a value"),
	    BAD("[nulll]", "column 6: ','"), BAD("[True]", "a value"),
	    BAD("[tru", "a value"), BAD("[t", "a value"),
	    BAD("[truefalse]", "','"), BAD("[fals", "a value"),
	    BAD("[falsy]", "a value"), BAD("[NaN]", "a value"),
	    BAD("[Infinity]", "a value"), BAD("[undefined]", "a value"),
	    BAD("[n]", "a value"), BAD("[true\"a\"]", "','")};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
takes_texts_without_control_characters(void **state)
{
	static const struct row rows[] = {GOOD("[\"\"]"), GOOD("[\" \"]"),
	    GOOD("[\"\x7f\"]"), GOOD("[\"/'{}[],:\"]"),
	    GOOD("[\"fifteen bytes..\",\"sixteen bytes...\","
		 "\"seventeen bytes..\"]"),
	    BAD("[\"", "column 3: a text does not end"),
	    BAD("[\"a", "column 4: a text does not end"),
	    BAD("[\"a\\\"]", "column 7: a text does not end"),
	    BAD("{\"a", "a text does not end"),
	    BAD("[\"a\0\"]", "column 4: a control character"),
	    BAD("[\"a\n\"]", "a control character"),
	    BAD("[\"\t\"]", "a control character"),
	    BAD("[\"\x1f\"]", "a control character"),
	    BAD("{\"\x01\":1}", "a control character"),
	    BAD("[\"more than sixteen bytes\r\"]", "column 26: a control")};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
takes_only_the_escapes_there_are(void **state)
{
	static const struct row rows[] = {
	    GOOD("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
	    GOOD("[\"\\u0001\\u007f\\u0080\\u07ff\\u0800\\uffff\"]"),
	    GOOD("[\"\\uABCD\\uabcd\\uAbCd\"]"),
	    GOOD("[\"\\ud7ff\\ue000\\ud800\\udc00\\udbff\\udfff\"]"),
	    GOOD("[\"\\\\u0000\"]"), GOOD("{\"\\u00e9\\n\":1}"),
	    BAD("[\"\\a\"]", "column 3: a wrong escape"),
	    BAD("[\"\\x41\"]", "a wrong escape"),
	    BAD("[\"\\U0041\"]", "a wrong escape"),
	    BAD("[\"\\'\"]", "a wrong escape"),
	    BAD("[\"\\\0\"]", "a wrong escape"),
	    BAD("[\"\\\n\"]", "a wrong escape"),
	    BAD("[\"\\\xc3\xa9\"]", "a wrong escape"),
	    BAD("[\"\\", "a wrong escape"), BAD("[\"\\u", "a wrong escape"),
	    BAD("[\"\\u004", "a wrong escape"),
	    BAD("[\"\\u\"]", "a wrong escape"),
	    BAD("[\"\\u004\"]", "a wrong escape"),
	    BAD("[\"\\u004g\"]", "a wrong escape"),
	    BAD("[\"\\u00 1\"]", "a wrong escape"),
	    BAD("[\"\\u+041\"]", "a wrong escape"),
	    BAD("[\"\\u004@\"]", "a wrong escape"),
	    BAD("[\"\\u004`\"]", "a wrong escape"),
	    BAD("[\"\\u004:\"]", "a wrong escape"),
	    BAD("[\"\\u0000\"]", "column 3: \\u0000 in a text"),
	    BAD("[\"a\\u0000b\"]", "\\u0000 in a text"),
	    BAD("{\"\\u0000\":1}", "\\u0000 in a text"),
	    BAD("{\"a\\a\":1}", "a wrong escape")};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
takes_no_half_of_a_surrogate_pair(void **state)
{
	static const struct row rows[] = {GOOD("[\"\\uD83D\\uDE00\"]"),
	    GOOD("{\"\\uD83D\\uDE00\":1}"),
	    BAD("[\"\\ud800\"]", "column 3: a wrong escape"),
	    BAD("[\"\\udbff\"]", "a wrong escape"),
	    BAD("[\"\\udc00\"]", "a wrong escape"),
	    BAD("[\"\\udfff\"]", "a wrong escape"),
	    BAD("[\"\\ud800x\"]", "a wrong escape"),
	    BAD("[\"\\ud800\\n\"]", "a wrong escape"),
	    BAD("[\"\\ud800\\u0041\"]", "a wrong escape"),
	    BAD("[\"\\ud800\\ud800\"]", "a wrong escape"),
	    BAD("[\"\\ud800\\udbff\"]", "a wrong escape"),
	    BAD("[\"\\ud800\\ue000\"]", "a wrong escape"),
	    BAD("[\"\\udc00\\ud800\"]", "a wrong escape"),
	    BAD("[\"\\ud800\\ud800\\udc00\"]", "a wrong escape"),
	    BAD("[\"\\udc00\\udc00\"]", "a wrong escape"),
	    BAD("[\"\\udfff\\udc00\"]", "a wrong escape"),
	    BAD("[\"\\ud800\\udc00\\udc00\"]", "column 15: a wrong escape"),
	    BAD("[\"\\ud800\\udc0\"]", "a wrong escape"),
	    BAD("[\"\\ud800\\udc", "a wrong escape"),
	    BAD("[\"\\ud800\\", "a wrong escape"),
	    BAD("{\"\\ud800\":1}", "a wrong escape"),
	    BAD("[\"\\ud800\xed\xb0\x80\"]", "a wrong escape")};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
takes_only_utf8(void **state)
{
	static const struct row rows[] = {
	    GOOD("[\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xec\xbf\xbf\xed\x80\x80\"]"),
	    GOOD("[\"\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\"]"),
	    GOOD("[\"\xf0\x90\x80\x80\xf3\xbf\xbf\xbf\xf4\x8f\xbf\xbf\"]"),
	    GOOD("{\"\xe2\x82\xac\":\"\xf0\x9f\x98\x80\"}"),
	    BAD("[\"\x80\"]", "column 3: a text is not UTF-8"),
	    BAD("[\"\xbf\"]", "not UTF-8"), BAD("[\"\xc0\x80\"]", "not UTF-8"),
	    BAD("[\"\xc1\xbf\"]", "not UTF-8"), BAD("[\"\xc2\"]", "not UTF-8"),
	    BAD("[\"\xc2\xc0\"]", "not UTF-8"), BAD("[\"\xc2", "not UTF-8"),
	    BAD("[\"\xc2\x80\x80\"]", "column 5: a text is not UTF-8"),
	    BAD("[\"\xe0\x9f\xbf\"]", "not UTF-8"),
	    BAD("[\"\xe0\xa0\"]", "not UTF-8"), BAD("[\"\xe0\xa0", "not UTF-8"),
	    BAD("[\"\xed\xa0\x80\"]", "not UTF-8"),
	    BAD("[\"\xed\xbf\xbf\"]", "not UTF-8"),
	    BAD("[\"\xe2\x28\xa1\"]", "not UTF-8"),
	    BAD("[\"\xe2\x82\x28\"]", "not UTF-8"),
	    BAD("[\"\xf0\x8f\xbf\xbf\"]", "not UTF-8"),
	    BAD("[\"\xf0\x90\x80\"]", "not UTF-8"),
	    BAD("[\"\xf0\x90\x80", "not UTF-8"),
	    BAD("[\"\xf4\x90\x80\x80\"]", "not UTF-8"),
	    BAD("[\"\xf5\x80\x80\x80\"]", "not UTF-8"),
	    BAD("[\"\xf8\x88\x80\x80\x80\"]", "not UTF-8"),
	    BAD("[\"\xfe\"]", "not UTF-8"), BAD("[\"\xff\"]", "not UTF-8"),
	    BAD("{\"\xff\":1}", "not UTF-8"),
	    BAD("[\"more than sixteen bytes \xff\"]", "not UTF-8"),
	    BAD("[] \xff", "there is more")};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
counts_how_deep_it_is(void **state)
{
	char text[2 * DEPTH_MAX + 4];
	const char *why;

	(void)state;
	memset(text, '[', DEPTH_MAX);
	memset(text + DEPTH_MAX, ']', DEPTH_MAX);
	assert_true(reads(text, 2 * DEPTH_MAX, &why));
	memset(text, '[', DEPTH_MAX + 1);
	memset(text + DEPTH_MAX + 1, ']', DEPTH_MAX + 1);
	assert_false(reads(text, 2 * DEPTH_MAX + 2, &why));
	assert_string_equal(why, "nested too deep");
	memcpy(text + DEPTH_MAX, "{}", 2);
	assert_false(reads(text, 2 * DEPTH_MAX + 2, &why));
	assert_string_equal(why, "nested too deep");
	/* One beside the other is no deeper. */
	assert_true(scan_read(&scan, "[[],{},[]]", 10, 2, &why));
	assert_false(scan_read(&scan, "[[],{\"a\":[]}]", 13, 2, &why));
	assert_false(scan_read(&scan, "[]", 2, 0, &why));
	assert_string_equal(why, "nested too deep");
}

static void
needs_no_stack_for_a_hundred_thousand_levels(void **state)
{
	size_t levels = 100000;
	char *text = mem_alloc(2 * levels);
	const char *why = "";

	(void)state;
	memset(text, '[', levels);
	memset(text + levels, ']', levels);
	assert_true(scan_read(&scan, text, 2 * levels, UINT_MAX, &why));
	assert_int_equal(scan.count, levels);
	assert_int_equal(scan.value[levels - 1].start, levels - 1);
	assert_int_equal(scan.value[levels - 1].len, 2);
	assert_int_equal(scan.value[1].len, 2 * levels - 2);
	assert_false(scan_read(&scan, text, 2 * levels, DEPTH_MAX, &why));
	free(text);
}

static void
refuses_what_is_longer_than_its_places(void **state)
{
	const char *why = "";

	(void)state;
	assert_false(scan_read(
	    &scan, "[]", (size_t)UINT32_MAX / 2 + 1, DEPTH_MAX, &why));
	assert_string_equal(why, "too long");
	assert_int_equal(scan.count, 0);
}

static void
refuses_a_document_that_is_cut(void **state)
{
	static const char text[] =
	    " {\"v\":1,\"\\u0061\\n\":[-12.5e+3,0,\"\xc3\xa9\\ud83d\\ude00\"],"
	    "\"c\":{\"d\":[true,false,null,[],{}],\"long enough for a load\":"
	    "\"0123456789abcdef0123456789abcdef\"}}";
	const char *why;

	(void)state;
	for (size_t n = 0; n < sizeof text - 1; n++)
		assert_false(reads(text, n, &why));
	assert_true(reads(text, sizeof text - 1, &why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_structures_as_the_grammar_has_them),
	    cmocka_unit_test(takes_three_words),
	    cmocka_unit_test(takes_texts_without_control_characters),
	    cmocka_unit_test(takes_only_the_escapes_there_are),
	    cmocka_unit_test(takes_no_half_of_a_surrogate_pair),
	    cmocka_unit_test(takes_only_utf8),
	    cmocka_unit_test(counts_how_deep_it_is),
	    cmocka_unit_test(needs_no_stack_for_a_hundred_thousand_levels),
	    cmocka_unit_test(refuses_what_is_longer_than_its_places),
	    cmocka_unit_test(refuses_a_document_that_is_cut)};

	return cmocka_run_group_tests(tests, NULL, release);
}
