/* The array of values that the JSON reader makes of a text. */
#include "unit.h"

#include "unit_scan.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct scan scan = SCAN_INIT;

static int
release(void **state)
{
	(void)state;
	scan_release(&scan);
	return 0;
}

static void
read_it(const char *text)
{
	const char *why = "";

	if (!scan_read(&scan, text, strlen(text), 24, &why))
		fail_msg("%s: %s", text, why);
	assert_null(scan_differs(&scan, text, strlen(text), 24));
	assert_true(scan_read(&scan, text, strlen(text), 24, &why));
}

static void
lies_in_the_order_of_the_text(void **state)
{
	static const struct {
		const char *name, *source;
		enum scan_type type;
		uint32_t next, count;
	} rows[] = {{"", NULL, SCAN_OBJECT, 13, 4},
	    {"a", "[1,{\"b\":2.5,\"c\\n\":\"x\\t\"}, [] ]", SCAN_ARRAY, 7, 3},
	    {"", "1", SCAN_INTEGER, 3, 0},
	    {"", "{\"b\":2.5,\"c\\n\":\"x\\t\"}", SCAN_OBJECT, 6, 2},
	    {"b", "2.5", SCAN_REAL, 5, 0}, {"c\\n", "x\\t", SCAN_TEXT, 6, 0},
	    {"", "[]", SCAN_ARRAY, 7, 0}, {"d", "{}", SCAN_OBJECT, 8, 0},
	    {"", "[true,false,null]", SCAN_ARRAY, 12, 3},
	    {"", "true", SCAN_TRUE, 10, 0}, {"", "false", SCAN_FALSE, 11, 0},
	    {"", "null", SCAN_NULL, 12, 0}, {"e", "-1e2", SCAN_REAL, 13, 0}};
	static const char text[] =
	    " {\"a\" : [1,{\"b\":2.5,\"c\\n\":\"x\\t\"}, [] ],\"d\":{}, "
	    "\"\":[true,false,null],\"e\":-1e2 } \n";

	(void)state;
	read_it(text);
	assert_ptr_equal(scan.text, text);
	assert_int_equal(scan.count, COUNT(rows));
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct scan_value *v = &scan.value[i];

		assert_int_equal(v->type, rows[i].type);
		assert_int_equal(v->next, rows[i].next);
		assert_int_equal(v->count, rows[i].count);
		assert_int_equal(v->name_len, strlen(rows[i].name));
		assert_memory_equal(text + v->name, rows[i].name, v->name_len);
		if (i == 0)
			continue;
		assert_int_equal(v->len, strlen(rows[i].source));
		assert_memory_equal(text + v->start, rows[i].source, v->len);
	}
	assert_int_equal(scan.value[0].start, 1);
	assert_int_equal(scan.value[0].len, sizeof text - 4);
	/* The name that is empty has its place; what has no name has none. */
	assert_true(scan.value[8].name > 0);
	assert_int_equal(scan.value[9].name, 0);
	assert_true(scan.value[5].escaped && scan.value[5].name_escaped);
	assert_false(scan.value[4].escaped || scan.value[4].name_escaped);
}

static void
finds_members_by_what_their_names_mean(void **state)
{
	uint32_t data;

	(void)state;
	read_it("{\"a\":{\"in\":1},\"data\":{\"a\":2,\"\\u00e9\\n\":3},"
		"\"\":4,\"ab\":[{\"x\":5}]}");
	assert_int_equal(scan_member(&scan, 0, "a"), 1);
	assert_int_equal(scan_member(&scan, 0, "in"), 0);
	assert_int_equal(scan_member(&scan, 0, "dat"), 0);
	assert_int_equal(scan_member(&scan, 0, "data "), 0);
	assert_int_equal(scan_member(&scan, 0, "x"), 0);
	data = scan_member(&scan, 0, "data");
	assert_int_equal(data, 3);
	assert_int_equal(scan_member(&scan, data, "a"), 4);
	assert_int_equal(scan_member(&scan, data, "\xc3\xa9\n"), 5);
	assert_int_equal(scan_member(&scan, data, "\\u00e9\\n"), 0);
	assert_int_equal(scan_member(&scan, data, "\xc3\xa9"), 0);
	assert_int_equal(scan_member(&scan, data, "\xc3\xa9\n."), 0);
	assert_int_equal(scan_member(&scan, 0, ""), 6);
	/* Neither an array nor a number has any. */
	assert_int_equal(scan_member(&scan, 7, "x"), 0);
	assert_int_equal(scan_member(&scan, 6, "a"), 0);
	assert_true(scan_name_is(&scan, 5, "\xc3\xa9\n"));
	assert_false(scan_name_is(&scan, 0, ""));
	assert_false(scan_name_is(&scan, 8, ""));
	assert_true(scan_name_is(&scan, 6, ""));
}

static void
decodes_texts(void **state)
{
	static const struct {
		const char *text, *meaning;
	} rows[] = {{"[\"\"]", ""},
	    {"[\"plain \xe2\x82\xac\"]", "plain \xe2\x82\xac"},
	    {"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "\"\\/\b\f\n\r\t"},
	    {"[\"a\\nb\\\\\"]", "a\nb\\"},
	    {"[\"\\u0001\\u007f\\u0080\\u07fF\"]", "\x01\x7f\xc2\x80\xdf\xbf"},
	    {"[\"\\u0800\\uffff\"]", "\xe0\xa0\x80\xef\xbf\xbf"},
	    {"[\"\\ud800\\udc00\\udbff\\udfff\"]",
		"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
	    {"[\"<\\uD83D\\uDE00>\"]", "<\xf0\x9f\x98\x80>"}};
	struct buf out = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		read_it(rows[i].text);
		buf_clear(&out);
		buf_add_str(&out, "before ");
		scan_add_text(&out, &scan, 1);
		assert_string_equal(out.data + 7, rows[i].meaning);
		assert_memory_equal(out.data, "before ", 7);
		assert_true(scan_text_is(&scan, 1, rows[i].meaning));
		assert_false(scan_text_is(&scan, 1, "else"));
	}
	read_it("[1,\"1\",{\"n\\u0061me\":null}]");
	assert_false(scan_text_is(&scan, 1, "1"));
	assert_true(scan_text_is(&scan, 2, "1"));
	buf_clear(&out);
	scan_add_name(&out, &scan, 4);
	assert_string_equal(out.data, "name");
	buf_release(&out);
}

static void
hands_on_what_was_written(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	read_it("[ \"a\\u0062\" ,-1.50e1, { \"b\" : [ ] } , true ,\"\"]");
	for (uint32_t i = 1; i < scan.value[0].next; i = scan.value[i].next) {
		scan_add_source(&out, &scan, i);
		buf_add_char(&out, '\n');
	}
	assert_string_equal(
	    out.data, "\"a\\u0062\"\n-1.50e1\n{ \"b\" : [ ] }\ntrue\n\"\"\n");
	buf_clear(&out);
	scan_add_source(&out, &scan, 0);
	assert_string_equal(out.data, scan.text);
	buf_release(&out);
}

/* What a line leaves behind is not seen in the next. */
static void
reads_one_after_the_other(void **state)
{
	const char *why = "";

	(void)state;
	read_it("{\"a\\n\":\"b\\n\",\"c\":1.5}");
	assert_false(scan_read(&scan, "[\"\\x\"]", 6, 24, &why));
	assert_string_equal(why, "not JSON: column 3: a wrong escape");
	assert_int_equal(scan.count, 0);
	assert_int_equal(scan_member(&scan, 0, "c"), 0);
	read_it("{\"a\":\"b\",\"c\":2}");
	assert_false(scan.value[1].escaped || scan.value[1].name_escaped);
	assert_int_equal(scan.value[2].type, SCAN_INTEGER);
	assert_false(scan_read(&scan, "[", 1, 24, &why));
	assert_string_equal(why, "not JSON: column 2: a value is expected");
	scan_release(&scan);
	assert_int_equal(scan_member(&scan, 0, "c"), 0);
	read_it("[[]]");
	assert_int_equal(scan.count, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lies_in_the_order_of_the_text),
	    cmocka_unit_test(finds_members_by_what_their_names_mean),
	    cmocka_unit_test(decodes_texts),
	    cmocka_unit_test(hands_on_what_was_written),
	    cmocka_unit_test(reads_one_after_the_other)};

	return cmocka_run_group_tests(tests, NULL, release);
}
