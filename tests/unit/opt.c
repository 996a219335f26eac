/* Values with units. */
#include "unit.h"

#include "opt.h"

static void
reads_durations(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {{"0", 0}, {"90", 90000}, {"90s", 90000}, {"5m", 300000},
	    {"2h", 7200000}, {"1d", 86400000}, {"1.5s", 1500}, {"250ms", 250},
	    {"0.25d", 21600000}};
	int64_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(opt_duration(rows[i].text, &ms));
		assert_int_equal(ms, rows[i].ms);
	}
}

static void
reads_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} rows[] = {{"0", 0}, {"4096", 4096}, {"64K", 65536},
	    {"1.5G", 1610612736}, {"2M", 2097152}, {"3T", 3298534883328}};
	uint64_t bytes;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(opt_size(rows[i].text, &bytes));
		assert_int_equal(bytes, rows[i].bytes);
	}
}

static void
reads_counts_and_shares(void **state)
{
	uint64_t count;
	double ratio;

	(void)state;
	assert_true(opt_count("0", &count) && count == 0);
	assert_true(opt_count("00042", &count) && count == 42);
	assert_true(opt_count("999999999999999999", &count));
	assert_int_equal(count, 999999999999999999);
	assert_true(opt_share("80%", &ratio) && ratio == 0.8);
	assert_true(opt_share("0.8", &ratio) && ratio == 0.8);
	assert_true(opt_share("0", &ratio) && ratio == 0);
	assert_true(opt_share("1", &ratio) && ratio == 1);
	assert_true(opt_share("100%", &ratio) && ratio == 1);
}

static const char *const junk[] = {"", " ", " 1", "1 ", "-1", "+1", "x", "1x",
    "0x10", "0X1p3", "1,5", "nan", "inf", "1e999", "--", ".5", "1ss", "1 s"};

static void
refuses_junk(void **state)
{
	uint64_t number;
	int64_t ms;
	double ratio;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof junk / sizeof junk[0]; i++)
		if (opt_duration(junk[i], &ms) || opt_size(junk[i], &number) ||
		    opt_count(junk[i], &number) || opt_share(junk[i], &ratio))
			fail_msg("taken for a value: '%s'", junk[i]);
	assert_false(opt_duration("1K", &ms));
	assert_false(opt_duration("1S", &ms));
	assert_false(opt_size("1s", &number));
	assert_false(opt_size("1k", &number));
	assert_false(opt_size("1KB", &number));
	assert_false(opt_size("99999999T", &number));
	assert_false(opt_duration("999999999999d", &ms));
	assert_false(opt_count("1K", &number));
	assert_false(opt_count("1.0", &number));
	assert_false(opt_count("9999999999999999999", &number));
	assert_false(opt_share("1.01", &ratio));
	assert_false(opt_share("101%", &ratio));
	assert_false(opt_share("5%%", &ratio));
}

/* As C reads it that is 0.5: one who typed it meant something else. */
static void
refuses_a_hexadecimal_share(void **state)
{
	double ratio;

	(void)state;
	assert_false(opt_share("0x1", &ratio));
	assert_false(opt_share("0x1p-1", &ratio));
}

static void
sizes_as_text(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
	    {0, "0"},
	    {17, "17"},
	    {1023, "1023"},
	    {1024, "1K"},
	    {1536, "1.5K"},
	    {UINT64_C(512) << 20, "512M"},
	    {(UINT64_C(512) << 20) + 1, "512M"},
	    {UINT64_C(5) << 29, "2.5G"},
	    {UINT64_C(3) << 50, "3072T"},
	};
	char text[OPT_SIZE_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		opt_size_text(rows[i].bytes, text);
		assert_string_equal(text, rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_durations),
	    cmocka_unit_test(reads_sizes),
	    cmocka_unit_test(reads_counts_and_shares),
	    cmocka_unit_test(refuses_junk),
	    cmocka_unit_test(refuses_a_hexadecimal_share),
	    cmocka_unit_test(sizes_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
