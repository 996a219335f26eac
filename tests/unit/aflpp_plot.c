/* AFL++'s plot_data, of each form that it has had, and its values. */
#include "unit.h"

#include <math.h>

#include "libengine/aflpp_plot.h"
#include "libengine/aflpp_value.h"

static bool
row(const char *head, const char *line, struct stats *s, int64_t *time_ms,
    bool *relative)
{
	struct aflpp_plot plot = {0};

	stats_init(s);
	assert_true(aflpp_plot_head(&plot, head, strlen(head)));
	return aflpp_plot_row(&plot, line, strlen(line), s, time_ms, relative);
}

static void
reads_the_time_of_each_release(void **state)
{
	static const struct {
		const char *head, *line;
		int64_t time_ms;
		bool relative;
	} rows[] = {
	    {"# unix_time, cycles_done", "1795230174, 2", 1795230174000, false},
	    /* 3.12c */
	    {"# unix_time, cycles_done", "61042, 2", 61042, true},
	    {"# relative_time, cycles_done", "61, 2", 61000, true},
	};
	struct stats s;
	int64_t time_ms;
	bool relative;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(
		    row(rows[i].head, rows[i].line, &s, &time_ms, &relative));
		assert_int_equal(time_ms, rows[i].time_ms);
		assert_int_equal(relative, rows[i].relative);
		assert_int_equal(s.cycles_total, 2);
	}
}

static void
finds_columns_by_their_names(void **state)
{
	struct stats s;
	int64_t time_ms;
	bool relative;

	(void)state;
	assert_true(row("# relative_time, later_column, edges_found, "
			"cycles_done, corpus_count, map_size, saved_crashes",
	    "5, what, 66, 18446744073709551615, 46, 81.48%, 10", &s, &time_ms,
	    &relative));
	assert_int_equal(s.edges_found, 66);
	assert_int_equal(s.corpus_count, 46);
	assert_int_equal(s.crashes_total, 10);
	assert_int_equal(s.cycles_total, STATS_UNKNOWN);
	assert_true(s.coverage_ratio == 0.8148);
	/* The row that 2.68c writes at its end. */
	assert_true(row("# unix_time, cycles_done, map_size, execs_per_sec",
	    "1795230181, 4, 0.00%, 0.00, 94189", &s, &time_ms, &relative));
	assert_true(isnan(s.coverage_ratio) && isnan(s.execs_per_second));
}

static void
refuses_what_is_no_row(void **state)
{
	static const char head[] = "# relative_time, cycles_done, map_size";
	struct aflpp_plot plot = {0};
	struct stats s;
	int64_t time_ms;
	bool relative;

	(void)state;
	assert_false(row(head, "", &s, &time_ms, &relative));
	assert_false(row(head, "61, 2", &s, &time_ms, &relative));
	assert_false(row(head, "x, 2, 1%", &s, &time_ms, &relative));
	assert_false(row(head, "-1, 2, 1%", &s, &time_ms, &relative));
	assert_false(
	    aflpp_plot_row(&plot, "61, 2, 1%", 9, &s, &time_ms, &relative));
	assert_false(aflpp_plot_head(&plot, "# cycles_done, a", 16));
	assert_false(aflpp_plot_head(&plot, "#", 1));
}

static void
takes_values_for_what_they_are(void **state)
{
	static const struct {
		enum aflpp_value kind;
		const char *text;
		bool good;
		double value; /* NAN: it stays unknown */
	} rows[] = {
	    {AFLPP_COUNT, "12", true, 12},
	    {AFLPP_COUNT, "18446744073709551615", true, NAN},
	    {AFLPP_COUNT, "18446744073709551614", false, NAN},
	    {AFLPP_COUNT, "-1", false, NAN},
	    {AFLPP_COUNT, "12x", false, NAN},
	    {AFLPP_COUNT, "", false, NAN},
	    {AFLPP_RATE, "9305.71", true, 9305.71},
	    {AFLPP_RATE, "inf", true, NAN},
	    {AFLPP_RATE, "-nan", true, NAN},
	    {AFLPP_RATE, "-5", false, NAN},
	    {AFLPP_RATE, "0x10", false, NAN},
	    {AFLPP_PERCENT, "98.44%", true, 0.9844},
	    {AFLPP_PERCENT, "-nan%", true, NAN},
	    {AFLPP_PERCENT, "100.01%", false, NAN},
	    {AFLPP_PERCENT, "98.44", false, NAN},
	    {AFLPP_SECONDS, "1795226216", true, 1795226216000},
	    {AFLPP_SECONDS, "0", true, NAN},
	    {AFLPP_SECONDS, "253402300800", false, NAN},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool real =
		    rows[i].kind == AFLPP_RATE || rows[i].kind == AFLPP_PERCENT;
		int64_t count = STATS_UNKNOWN;
		double number = NAN;

		assert_int_equal(
		    aflpp_value_put(real ? (void *)&number : (void *)&count,
			rows[i].kind, rows[i].text, strlen(rows[i].text)),
		    rows[i].good);
		if (isnan(rows[i].value)) {
			assert_true(isnan(number));
			assert_int_equal(count, STATS_UNKNOWN);
		} else {
			assert_true(
			    (real ? number : (double)count) == rows[i].value);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_the_time_of_each_release),
	    cmocka_unit_test(finds_columns_by_their_names),
	    cmocka_unit_test(refuses_what_is_no_row),
	    cmocka_unit_test(takes_values_for_what_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
