/* Numbers that the JSON reader reads, held against strtoll, strtod, jansson. */
#include "unit.h"

#include <float.h>
#include <math.h>

#include "mem.h"
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

/* Reads an array of one number, which jansson is to read as the same one. */
static const struct scan_value *
number_of(const char *number, const char **why)
{
	static struct buf text = BUF_INIT;
	const char *differs;

	buf_clear(&text);
	buf_addf(&text, "[%s]", number);
	differs = scan_differs(&scan, text.data, text.len, 1);
	if (differs != NULL)
		fail_msg("%s: %.80s", differs, number);
	if (!scan_read(&scan, text.data, text.len, 1, why)) {
		buf_release(&text);
		return NULL;
	}
	buf_release(&text);
	return &scan.value[1];
}

static void
reads_integers_of_64_bits(void **state)
{
	static const struct {
		const char *text;
		int64_t integer;
	} rows[] = {{"0", 0}, {"-0", 0}, {"7", 7}, {"-1", -1}, {"10", 10},
	    {"123456789", 123456789}, {"-1000000000", -1000000000},
	    {"999999999999999999", 999999999999999999},
	    {"1000000000000000000", 1000000000000000000},
	    {"9223372036854775807", INT64_MAX},
	    {"-9223372036854775807", -INT64_MAX},
	    {"-9223372036854775808", INT64_MIN}};
	const char *why;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct scan_value *v = number_of(rows[i].text, &why);

		assert_non_null(v);
		assert_int_equal(v->type, SCAN_INTEGER);
		assert_true(v->number.integer == rows[i].integer);
	}
}

static void
refuses_integers_that_are_too_big(void **state)
{
	static const char *const rows[] = {"9223372036854775808",
	    "-9223372036854775809", "9999999999999999999",
	    "10000000000000000000", "18446744073709551615",
	    "18446744073709551616", "-18446744073709551616",
	    "36893488147419103232", "100000000000000000000000000000000000000"};
	const char *why;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_null(number_of(rows[i], &why));
		assert_string_equal(
		    why, "not JSON: column 2: an integer is too big");
	}
}

static void
refuses_what_is_no_number(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {{"-", "column 3: a digit is expected"},
	    {"+1", "column 2: a value is expected"}, {".5", "a value"},
	    {"--1", "column 3: a digit"}, {"-a", "a digit"}, {"- 1", "a digit"},
	    {"00", "column 2: a number begins with 0"},
	    {"01", "a number begins with 0"},
	    {"-01", "column 3: a number begins with 0"},
	    {"00.5", "a number begins with 0"}, {"1.", "column 4: a digit"},
	    {"1.e5", "a digit"}, {"-.5", "a digit"}, {"1.-5", "a digit"},
	    {"1e", "column 4: a digit"}, {"1E+", "column 5: a digit"},
	    {"1e-", "a digit"}, {"1e+-5", "a digit"}, {"1.5e", "a digit"},
	    {"1e5.5", "column 5: ',' or ']'"}, {"1.5.5", "',' or ']'"},
	    {"1e5e5", "',' or ']'"}, {"0x10", "column 3: ',' or ']'"},
	    {"1_000", "',' or ']'"}, {"1a", "',' or ']'"}, {"0e", "a digit"},
	    {"1f", "',' or ']'"}, {"-Infinity", "a digit"},
	    {"\xd9\xa1", "a value"}};
	const char *why = "";

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (number_of(rows[i].text, &why) != NULL ||
		    strstr(why, rows[i].why) == NULL)
			fail_msg("%s: %s", rows[i].text, why);
	}
}

static void
check_real(const char *text)
{
	double real = strtod(text, NULL);
	const char *why = "";
	const struct scan_value *v = number_of(text, &why);

	if (isinf(real)) {
		assert_null(v);
		assert_string_equal(
		    why, "not JSON: column 2: a real number is too big");
		return;
	}
	if (v == NULL)
		fail_msg("%.80s: %s", text, why);
	assert_int_equal(v->type, SCAN_REAL);
	if (memcmp(&v->number.real, &real, sizeof real) != 0)
		fail_msg("%.80s: %a and not %a", text, v->number.real, real);
}

static void
reads_reals_as_strtod_does(void **state)
{
	static const char *const rows[] = {"0.0", "-0.0", "0e0", "-0E-5", "0.5",
	    "1e0", "1E5", "1e+5", "1e-5", "123.5", "-123.456e-7", "1.0", "0.1",
	    "0.3", "2.5e-3", "100.001",
	    /* Where the short way ends. */
	    "9007199254740992.0", "9007199254740993.0", "9007199254740991e22",
	    "9007199254740993e22", "1e22", "1e23", "1e-22", "1e-23",
	    "123456789012345e22", "123456789012345e23", "0.1e-21", "0.1e-22",
	    "9999999999999999999.0", "10000000000000000000.0",
	    "18446744073709551616.0", "0.0000000000000000001",
	    "0.00000000000000000001", "1844674407370955161.6e1",
	    /* Where doubles end. */
	    "1.7976931348623157e308", "1.7976931348623158e308",
	    "1.7976931348623159e308", "1e308", "1e309", "-1e309", "1e99999",
	    "-1e18446744073709551617", "0e18446744073709551617",
	    "2.2250738585072014e-308", "2.2250738585072011e-308",
	    "4.9406564584124654e-324", "2.4703282292062327e-324",
	    "2.4703282292062328e-324", "1e-400", "-1e-400",
	    "1e-18446744073709551617",
	    /* Halfway between two, and just above. */
	    "9007199254740993.00000000000000000000000000000001",
	    "1.00000000000000011102230246251565404236316680908203125",
	    "1.00000000000000011102230246251565404236316680908203124",
	    "1.00000000000000011102230246251565404236316680908203126"};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_real(rows[i]);
}

static void
reads_any_real_as_strtod_does(void **state)
{
	uint64_t seed = 1;
	char text[64];

	(void)state;
	for (int i = 0; i < 60000; i++) {
		uint64_t bits = unit_random(&seed);
		double real;

		memcpy(&real, &bits, sizeof real);
		if (!isfinite(real))
			continue;
		snprintf(text, sizeof text, "%.*e", 1 + (int)(bits % 20), real);
		check_real(text);
		real = (double)(int64_t)unit_random(&seed) /
		    (double)((uint64_t)1 << bits % 64);
		snprintf(text, sizeof text, "%.*f", 1 + (int)(bits % 20), real);
		check_real(text);
	}
}

/* A prefix, a character as many times, and the rest. */
static void
check_long(const char *before, char c, size_t times, const char *after)
{
	struct buf text = BUF_INIT;

	buf_add_str(&text, before);
	memset(buf_reserve(&text, times), c, times);
	buf_truncate(&text, text.len + times);
	buf_add_str(&text, after);
	check_real(text.data);
	buf_release(&text);
}

static void
reads_numbers_of_a_million_digits(void **state)
{
	size_t many = 1000000;
	const char *why = "";
	char *digits = mem_alloc(many + 1);

	(void)state;
	check_long("0.", '0', many, "1");
	check_long("0.", '0', many, "1e1000000");
	check_long("0.", '3', many, "");
	check_long("1", '0', many, ".0");
	check_long("1", '0', many, "e-1000000");
	check_long("-", '9', many, "e-1000010");
	check_long("1e", '0', many, "1");
	check_long("1e-", '9', many, "");
	check_long("1e", '9', many, "");
	check_long("9007199254740993.", '0', many, "1");
	memset(digits, '1', many);
	digits[many] = '\0';
	assert_null(number_of(digits, &why));
	assert_string_equal(why, "not JSON: column 2: an integer is too big");
	free(digits);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_integers_of_64_bits),
	    cmocka_unit_test(refuses_integers_that_are_too_big),
	    cmocka_unit_test(refuses_what_is_no_number),
	    cmocka_unit_test(reads_reals_as_strtod_does),
	    cmocka_unit_test(reads_any_real_as_strtod_does),
	    cmocka_unit_test(reads_numbers_of_a_million_digits)};

	return cmocka_run_group_tests(tests, NULL, release);
}
