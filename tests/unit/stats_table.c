/* Tables of fuzzers: words, widths, what counts. */
#include "unit.h"

#include <jansson.h>
#include <locale.h>

#include "event.h"
#include "pf-stats/table.h"
#include "pf-stats/table_words.h"

#define NOW_MS INT64_C(1795226400000) /* 2026-11-21T02:00:00Z */

static int
utf8(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") == NULL;
}

static int
ascii(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C") == NULL;
}

/* Compares what was appended, and begins anew. */
static void
expect(struct buf *got, const char *want)
{
	assert_string_equal(got->data, want);
	buf_clear(got);
}

static void
counts_have_three_digits_and_are_never_more(void **state)
{
	static const struct {
		int64_t n;
		const char *want;
	} rows[] = {{-1, "-"}, {INT64_MIN, "-"}, {0, "0"}, {9999, "9999"},
	    {10000, "10.0k"}, {12399, "12.3k"}, {99999, "99.9k"},
	    {123456, "123k"}, {999999, "999k"}, {1000000, "1.00M"},
	    {4569999, "4.56M"}, {999999999, "999M"}, {1000000000, "1.00G"},
	    {INT64_MAX, "9.22E"}};
	struct buf got = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		words_count(&got, rows[i].n);
		expect(&got, rows[i].want);
	}
	buf_release(&got);
}

static void
rates_below_ten_have_a_fraction(void **state)
{
	static const struct {
		double rate;
		const char *want;
	} rows[] = {{-1, "-"}, {0, "0"}, {0.001, "<.01"}, {0.25, "0.25"},
	    {0.999, "0.99"}, {1, "1.0"}, {7.39, "7.3"}, {9.99, "9.9"},
	    {10, "10"}, {941.9, "941"}, {382554.57, "382k"}, {1e300, "-"},
	    {1.0 / 0.0, "-"}, {0.0 / 0.0, "-"}};
	struct buf got = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		words_rate(&got, rows[i].rate);
		expect(&got, rows[i].want);
	}
	buf_release(&got);
}

static void
a_share_is_whole_only_when_it_is(void **state)
{
	static const struct {
		double share;
		const char *want;
	} rows[] = {{-1, "-"}, {1.01, "-"}, {0, "0%"}, {0.0001, "<.1%"},
	    {0.004, "0.4%"}, {0.0994, "9.9%"}, {0.0999, "9.9%"}, {0.29, "29%"},
	    {0.41, "41%"}, {0.999, "99%"}, {1, "100%"}, {0.0 / 0.0, "-"}};
	struct buf got = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		words_share(&got, rows[i].share);
		expect(&got, rows[i].want);
	}
	buf_release(&got);
}

static void
durations_have_one_unit(void **state)
{
	static const struct {
		int64_t seconds;
		const char *want;
	} rows[] = {{0, "0s"}, {59, "59s"}, {60, "1m"}, {3599, "59m"},
	    {3600, "1h"}, {172799, "47h"}, {172800, "2d"}, {86399999, "999d"},
	    {86400000, "2y"}, {INT64_MAX / 1000, "292471208y"}};
	struct buf got = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		words_duration(&got, rows[i].seconds * 1000);
		expect(&got, rows[i].want);
	}
	words_duration(&got, -1);
	expect(&got, "-");
	buf_release(&got);
}

static void
an_age_from_a_clock_that_is_ahead_has_a_minus(void **state)
{
	struct buf got = BUF_INIT;

	(void)state;
	words_age(&got, NOW_MS - 180000, NOW_MS);
	expect(&got, "3m");
	words_age(&got, NOW_MS + 60000, NOW_MS);
	expect(&got, "0s");
	words_age(&got, NOW_MS + 61000, NOW_MS);
	expect(&got, "-1m");
	words_age(&got, -1, NOW_MS);
	expect(&got, "-");
	buf_release(&got);
}

static void
names_cannot_move_the_cursor(void **state)
{
	static const struct {
		const char *name, *want;
	} rows[] = {{"", "-"}, {"png", "png"}, {"a b", "a b"},
	    {"a\nb\033[2J\177", "a\\x0ab\\x1b[2J\\x7f"},
	    {"\\xff\\\\", "\\xff\\\\"}, {"\u65e5\u672c", "\u65e5\u672c"},
	    {"e\u0301", "e\u0301"}, {"\xc2\x85", "\\xc2\\x85"},
	    {"\u202eab", "\\xe2\\x80\\xaeab"}, {"\u200b", "\\xe2\\x80\\x8b"},
	    {"\xff\xc3", "\\xff\\xc3"}};
	struct buf got = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		words_name(&got, rows[i].name);
		expect(&got, rows[i].want);
	}
	buf_release(&got);
}

static void
without_utf8_names_are_ascii(void **state)
{
	struct buf got = BUF_INIT;

	(void)state;
	words_name(&got, "a\u65e5");
	expect(&got, "a\\xe6\\x97\\xa5");
	words_fit(&got, "abcdef", 6, 4);
	expect(&got, "abc~");
	buf_release(&got);
}

static void
wide_and_combining_characters_are_measured(void **state)
{
	static const char wide[] = "\u65e5\u672c\u8a9e";
	static const char marks[] = "e\u0301e\u0301e\u0301";
	struct buf got = BUF_INIT;

	(void)state;
	assert_int_equal(words_columns(wide, sizeof wide - 1), 6);
	assert_int_equal(words_columns(marks, sizeof marks - 1), 3);
	assert_int_equal(words_fit(&got, wide, sizeof wide - 1, 6), 6);
	expect(&got, wide);
	/* Half of a wide one is none of it. */
	assert_int_equal(words_fit(&got, wide, sizeof wide - 1, 4), 3);
	expect(&got, "\u65e5\u2026");
	assert_int_equal(words_fit(&got, marks, sizeof marks - 1, 2), 2);
	expect(&got, "e\u0301\u2026");
	assert_int_equal(words_fit(&got, "abc", 3, 0), 0);
	expect(&got, "");
	buf_release(&got);
}

static void
of_a_path_the_end_stays(void **state)
{
	static const char marks[] = "/e\u0301e\u0301";
	struct buf got = BUF_INIT;

	(void)state;
	assert_int_equal(words_fit_end(&got, "/srv/png", 8, 8), 8);
	expect(&got, "/srv/png");
	assert_int_equal(words_fit_end(&got, "/srv/png", 8, 5), 5);
	expect(&got, "\u2026/png");
	assert_int_equal(words_fit_end(&got, "/srv/\u65e5\u672c", 11, 4), 3);
	expect(&got, "\u2026\u672c");
	assert_int_equal(words_fit_end(&got, marks, sizeof marks - 1, 2), 2);
	expect(&got, "\u2026e\u0301");
	assert_int_equal(words_fit_end(&got, "abc", 3, 1), 1);
	expect(&got, "\u2026");
	assert_int_equal(words_fit_end(&got, "abc", 3, 0), 0);
	expect(&got, "");
	buf_release(&got);
}

static void
add(struct table *t, int64_t second, const char *type, const char *node,
    const char *job, json_t *data)
{
	char time[64];
	json_t *event;

	snprintf(time, sizeof time, "2026-11-21T01:%02d:%02d.000Z",
	    (int)(second / 60 % 60), (int)(second % 60));
	event = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:o}", "v", 1, "id",
	    "0123456789abcdef0123456789abcdef", "time", time, "type", type,
	    "node", node, "job", job, "data", data);
	assert_non_null(event);
	table_add(t, event);
	json_decref(event);
}

static json_t *
stats(const char *instance, int64_t execs)
{
	return json_pack("{s:s, s:b, s:I}", "instance", instance, "alive", 1,
	    "execs_total", (json_int_t)execs);
}

/* The table as one line a row; the caller frees it. */
static char *
drawn(const struct table *t, unsigned width, bool by_node)
{
	struct table_view view = {NOW_MS, by_node, width, 0};
	struct buf out = BUF_INIT;

	table_text(t, &view, &out);
	return buf_take(&out);
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("'%s' is not in:\n%s", part, text);
}

static void
the_latest_event_counts_in_whatever_order(void **state)
{
	static const int orders[][3] = {{1, 2, 3}, {3, 2, 1}, {2, 3, 1}};
	size_t i, k;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct table *t = table_new();
		char *text;

		for (k = 0; k < 3; k++)
			add(t, orders[i][k], "stats", "n", "png",
			    stats("main", 1000 + orders[i][k]));
		text = drawn(t, 0, false);
		assert_has(text, " 1003 ");
		assert_has(text, "\n1 fuzzer: 1 running\n");
		free(text);
		table_free(t);
	}
}

static void
of_one_time_the_last_word_counts(void **state)
{
	struct table *t = table_new();
	char *text;

	(void)state;
	add(t, 1, "stats", "n", "png", json_pack("{s:s}", "state", "running"));
	add(t, 1, "stats", "n", "png", json_pack("{s:s}", "state", "dead"));
	text = drawn(t, 0, false);
	assert_has(text, "\n1 fuzzer: 1 dead\n");
	free(text);
	table_free(t);
}

static void
a_resolved_alert_does_not_fire_again_from_an_older_line(void **state)
{
	struct table *t = table_new();
	char *text;

	(void)state;
	add(t, 2, "alert", "n", "png",
	    json_pack("{s:s, s:s}", "name", "disk", "state", "resolved"));
	add(t, 1, "alert", "n", "png",
	    json_pack("{s:s, s:s}", "name", "disk", "state", "firing"));
	text = drawn(t, 0, false);
	assert_string_equal(text, "no fuzzers\n");
	free(text);
	table_free(t);
}

static void
alerts_of_two_disks_are_two(void **state)
{
	struct table *t = table_new();
	char *text;

	(void)state;
	add(t, 1, "alert", "n", "png",
	    json_pack("{s:s, s:s, s:s}", "name", "disk", "mount", "/",
		"message", "one"));
	add(t, 1, "alert", "n", "png",
	    json_pack("{s:s, s:s, s:s}", "name", "disk", "mount", "/srv",
		"message", "two"));
	text = drawn(t, 0, false);
	assert_has(text, "  one\n");
	assert_has(text, "  two\n");
	free(text);
	table_free(t);
}

static void
clear_forgets_all_but_what_alerts(void **state)
{
	struct table *t = table_new();
	char *text;

	(void)state;
	add(t, 1, "stats", "n", "png", stats("main", 5));
	free(drawn(t, 0, false));
	text = drawn(t, 0, true);
	assert_has(text, "\nn ");
	free(text);
	table_clear(t);
	text = drawn(t, 0, true);
	assert_string_equal(text, "no nodes\n");
	free(text);
	add(t, 1, "alert", "n", "png", json_pack("{s:s}", "name", "disk"));
	table_clear(t);
	text = drawn(t, 0, false);
	assert_has(text, "no fuzzers\n\nALERT");
	free(text);
	table_free(t);
}

static unsigned
widest(const char *text)
{
	unsigned most = 0;

	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		unsigned columns = words_columns(text, n);

		most = columns > most ? columns : most;
		text += n + 1;
	}
	return most;
}

/* Up to 40 characters of all kinds. */
static void
random_name(uint64_t *seed, char name[128])
{
	static const char *const letters[] = {"a", "B", "7", "\033", "\n",
	    "\u65e5", "\u0301", "\u202e", "\\xff", " ", "\U0001f600"};
	size_t n = unit_random(seed) % 20, used = 0;

	while (n-- > 0)
		used += (size_t)snprintf(name + used, 128 - used, "%s",
		    letters[unit_random(seed) % 11]);
	name[used] = '\0';
}

static void
no_line_is_wider_than_asked_for(void **state)
{
	struct table *t = table_new();
	char job[128], instance[128], *text;
	uint64_t seed = 11;
	unsigned width;
	int i;

	(void)state;
	for (i = 0; i < 60; i++) {
		random_name(&seed, job);
		random_name(&seed, instance);
		add(t, i % 60, i % 3 == 2 ? "alert" : "stats",
		    i % 2 ? "a" : "b", job,
		    json_pack("{s:s, s:s, s:s, s:I}", "instance", instance,
			"name", job, "message", job, "execs_total",
			(json_int_t)(unit_random(&seed) >> (i % 60 + 1))));
	}
	for (width = 1; width < 260; width++) {
		text = drawn(t, width, width % 2);
		if (widest(text) > width)
			fail_msg("wider than %u:\n%s", width, text);
		free(text);
	}
	table_free(t);
}

/* Half of a wide character is a blank. */
static void
a_wide_name_stays_in_its_column(void **state)
{
	struct table *t = table_new();
	char *text;

	(void)state;
	add(t, 1, "stats", "n", "\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e",
	    stats("secondary2", 1000));
	text = drawn(t, 60, false);
	assert_has(text, "\n\u65e5\u672c\u8a9e\u2026  secondary2 running ");
	free(text);
	table_free(t);
}

/* Narrower gaps, then shorter names, then fewer columns. */
static void
what_is_narrow_has_less(void **state)
{
	static const struct {
		unsigned width;
		const char *line;
	} rows[] = {
	    {0,
		"a-long-job-name  secondary2  -       running     -   1000     "
		"  -      -    -       -        -      -     -  59m\n"},
	    {99,
		"a-long-job-name secondary2 -      running    -  1000      -    "
		" -   -      -       -     -    - 59m\n"},
	    {94,
		"a-long-jo\u2026 secondary2 -      running    -  1000      -    "
		" -   -      -       -     -    - 59m\n"},
	    {60,
		"a-long-\u2026 secondary2 running      -     "
		"-      -       -    -\n"}};
	struct table *t = table_new();
	size_t i;

	(void)state;
	add(t, 1, "stats", "n", "a-long-job-name", stats("secondary2", 1000));
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *text = drawn(t, rows[i].width, false);

		assert_has(text, rows[i].line);
		free(text);
	}
	table_free(t);
}

static void
rows_give_way_to_totals_where_lines_are_few(void **state)
{
	struct table *t = table_new();
	struct table_view view = {NOW_MS, false, 80, 10};
	struct buf out = BUF_INIT;
	char name[16];
	size_t lines = 0, i;

	(void)state;
	for (i = 0; i < 50; i++) {
		snprintf(name, sizeof name, "s%zu", i);
		add(t, 1, "stats", "n", "png", stats(name, 1));
	}
	table_text(t, &view, &out);
	for (i = 0; i < out.len; i++)
		lines += out.data[i] == '\n';
	assert_int_equal(lines, 9);
	assert_has(out.data, "\nand 45 more\ntotal ");
	assert_has(out.data, "\n50 fuzzers: 50 running\n");
	buf_release(&out);
	table_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_have_three_digits_and_are_never_more),
	    cmocka_unit_test(rates_below_ten_have_a_fraction),
	    cmocka_unit_test(a_share_is_whole_only_when_it_is),
	    cmocka_unit_test(durations_have_one_unit),
	    cmocka_unit_test(an_age_from_a_clock_that_is_ahead_has_a_minus),
	    cmocka_unit_test_setup(names_cannot_move_the_cursor, utf8),
	    cmocka_unit_test_setup(without_utf8_names_are_ascii, ascii),
	    cmocka_unit_test_setup(
		wide_and_combining_characters_are_measured, utf8),
	    cmocka_unit_test_setup(of_a_path_the_end_stays, utf8),
	    cmocka_unit_test(the_latest_event_counts_in_whatever_order),
	    cmocka_unit_test(of_one_time_the_last_word_counts),
	    cmocka_unit_test(
		a_resolved_alert_does_not_fire_again_from_an_older_line),
	    cmocka_unit_test(alerts_of_two_disks_are_two),
	    cmocka_unit_test(clear_forgets_all_but_what_alerts),
	    cmocka_unit_test(no_line_is_wider_than_asked_for),
	    cmocka_unit_test(a_wide_name_stays_in_its_column),
	    cmocka_unit_test(what_is_narrow_has_less),
	    cmocka_unit_test(rows_give_way_to_totals_where_lines_are_few),
	};

	/* table_new takes the environment's. */
	setenv("LC_ALL", "C.UTF-8", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
