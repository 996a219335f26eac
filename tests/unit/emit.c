/* The JSON writer, held against jansson. */
#include "unit.h"

#include <float.h>
#include <jansson.h>
#include <math.h>

#include "emit.h"

static void
writes_members_with_commas_and_brackets(void **state)
{
	struct buf b = BUF_INIT;
	struct emit e;

	(void)state;
	emit_begin(&e, &b);
	emit_object(&e, NULL);
	emit_string(&e, "a", "q\"\\\n\t\x01/\x7f");
	emit_array(&e, "b");
	emit_u64(&e, NULL, UINT64_MAX);
	emit_i64(&e, NULL, INT64_MIN);
	emit_object(&e, NULL);
	emit_end(&e);
	emit_array(&e, NULL);
	emit_end(&e);
	emit_bool(&e, NULL, true);
	emit_end(&e);
	emit_bool(&e, "c\"", false);
	emit_raw(&e, "d", "{\"e\":null}", 10);
	emit_end(&e);
	assert_string_equal(b.data,
	    "{\"a\":\"q\\\"\\\\\\n\\t\\u0001/\x7f\","
	    "\"b\":[18446744073709551615,-9223372036854775808,{},[],true],"
	    "\"c\\\"\":false,\"d\":{\"e\":null}}");
	buf_release(&b);
}

static void
leaves_out_what_is_no_number(void **state)
{
	struct buf b = BUF_INIT;
	struct emit e;

	(void)state;
	emit_begin(&e, &b);
	emit_object(&e, NULL);
	emit_real(&e, "a", NAN);
	emit_real(&e, "b", 0.1);
	emit_real(&e, "c", INFINITY);
	emit_real(&e, "d", 2);
	emit_real(&e, "e", -INFINITY);
	emit_end(&e);
	assert_string_equal(b.data, "{\"b\":0.1,\"d\":2}");
	buf_release(&b);
}

static double
through_json(double value)
{
	struct buf b = BUF_INIT;
	struct emit e;
	json_t *read;
	double back;

	emit_begin(&e, &b);
	emit_real(&e, NULL, value);
	read = json_loadb(b.data, b.len, JSON_DECODE_ANY, NULL);
	assert_true(json_is_number(read));
	back = json_number_value(read);
	json_decref(read);
	buf_release(&b);
	return back;
}

static void
writes_reals_that_read_back_the_same(void **state)
{
	static const double rows[] = {0.1, 1.0 / 3, 1e15, 123456789.125,
	    DBL_MAX, DBL_MIN, DBL_EPSILON, -0.0, 1e300, 98.44};
	uint64_t seed = 9, bits;
	double value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_true(through_json(rows[i]) == rows[i]);
	for (i = 0; i < 20000; i++) {
		bits = unit_random(&seed);
		memcpy(&value, &bits, sizeof value);
		if (isnormal(value))
			assert_true(through_json(value) == value);
	}
}

/* bytes → JSON → jansson → emit_decode → the same bytes. */
static void
assert_undone(const void *bytes, size_t n)
{
	struct buf b = BUF_INIT, back = BUF_INIT;
	struct emit e;
	json_t *read;

	emit_begin(&e, &b);
	emit_bytes(&e, NULL, bytes, n);
	assert_null(memchr(b.data, '\n', b.len));
	read = json_loadb(b.data, b.len, JSON_DECODE_ANY, NULL);
	if (!json_is_string(read))
		fail_msg("not a JSON string: %s", b.data);
	emit_decode(&back, json_string_value(read), json_string_length(read));
	assert_int_equal(back.len, n);
	assert_memory_equal(back.data, bytes, n);
	json_decref(read);
	buf_release(&b);
	buf_release(&back);
}

static void
undoes_every_short_row_of_bytes(void **state)
{
	unsigned char bytes[2];
	unsigned a, b;

	(void)state;
	assert_undone("", 0);
	for (a = 0; a < 256; a++) {
		bytes[0] = (unsigned char)a;
		assert_undone(bytes, 1);
		for (b = 0; b < 256; b++) {
			bytes[1] = (unsigned char)b;
			assert_undone(bytes, 2);
		}
	}
}

/* Made of the pieces that the escapes and UTF-8 are made of. */
static void
undoes_random_bytes(void **state)
{
	static const char pieces[] = "\\\\\\xx00fFnu\"'\0\xc3\xa9\xe2\x82\xac"
				     "\xf0\x9f\x98\x80\xed\xa0\x80\xf4\x90";
	char bytes[24];
	uint64_t seed = 11;
	size_t i, n, round;

	(void)state;
	for (round = 0; round < 100000; round++) {
		n = unit_random(&seed) % sizeof bytes;
		for (i = 0; i < n; i++)
			bytes[i] = round % 4 == 0
			    ? (char)unit_random(&seed)
			    : pieces[unit_random(&seed) % sizeof pieces];
		assert_undone(bytes, n);
	}
}

static void
shows_what_is_not_utf8_and_keeps_what_is(void **state)
{
	struct buf b = BUF_INIT;
	struct emit e;

	(void)state;
	emit_begin(&e, &b);
	emit_bytes(&e, NULL, "caf\xc3\xa9 \xe9 \\x41 \0", 14);
	assert_string_equal(
	    b.data, "\"caf\xc3\xa9 \\\\xe9 \\\\\\\\x41 \\\\x00\"");
	buf_release(&b);
}

/* What no writer made is taken as it stands. */
static void
decodes_stray_backslashes_as_themselves(void **state)
{
	static const char *const rows[] = {
	    "\\", "a\\", "\\x", "\\x4", "\\xzz", "\\x4g", "\\n", "\\xAB"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf b = BUF_INIT;

		emit_decode(&b, rows[i], strlen(rows[i]));
		assert_string_equal(b.data, rows[i]);
		buf_release(&b);
	}
}

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
static void
knows_the_bounds_of_utf8(void **state)
{
	static const struct {
		const char *bytes;
		size_t n, length;
	} rows[] = {{"a", 1, 1}, {"", 0, 0}, {"\x80", 1, 0}, {"\xc1\xbf", 2, 0},
	    {"\xc2\x80", 2, 2}, {"\xc2", 1, 0}, {"\xdf\xbf", 2, 2},
	    {"\xe0\x9f\xbf", 3, 0}, {"\xe0\xa0\x80", 3, 3},
	    {"\xed\x9f\xbf", 3, 3}, {"\xed\xa0\x80", 3, 0},
	    {"\xee\x80\x80", 3, 3}, {"\xef\xbf\xbf", 3, 3},
	    {"\xf0\x8f\xbf\xbf", 4, 0}, {"\xf0\x90\x80\x80", 4, 4},
	    {"\xf4\x8f\xbf\xbf", 4, 4}, {"\xf4\x90\x80\x80", 4, 0},
	    {"\xf5\x80\x80\x80", 4, 0}, {"\xe2\x82\xac", 2, 0},
	    {"\xe2\x28\xac", 3, 0}, {"\xff", 1, 0}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const void *bytes = rows[i].bytes;

		if (emit_utf8_length(bytes, rows[i].n) != rows[i].length)
			fail_msg("row %zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(writes_members_with_commas_and_brackets),
	    cmocka_unit_test(leaves_out_what_is_no_number),
	    cmocka_unit_test(writes_reals_that_read_back_the_same),
	    cmocka_unit_test(undoes_every_short_row_of_bytes),
	    cmocka_unit_test(undoes_random_bytes),
	    cmocka_unit_test(shows_what_is_not_utf8_and_keeps_what_is),
	    cmocka_unit_test(decodes_stray_backslashes_as_themselves),
	    cmocka_unit_test(knows_the_bounds_of_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
