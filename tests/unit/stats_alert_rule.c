/* Rules of pf-stats --alert: reading them, and when one fires. */
#include "unit.h"

#include <math.h>

#include "mem.h"
#include "pf-stats/alert.h"
#include "pf-stats/alert_rules.h"

static struct alert_rule
rule(const char *word)
{
	struct alert_rule r;
	const char *why;

	if (!alert_rule_parse(&r, word, &why))
		fail_msg("%s: %s", word, why);
	return r;
}

static void
reads_names_units_and_margins(void **state)
{
	static const struct {
		const char *word, *name;
		double threshold, clear;
	} rows[] = {
	    {"cpu=80%", "cpu_ratio", 0.8, 0.75},
	    {"cpu=0.8", "cpu_ratio", 0.8, 0.75},
	    {"cpu=80%:70%", "cpu_ratio", 0.8, 0.7},
	    {"cpu=80%:80%", "cpu_ratio", 0.8, 0.8},
	    {"cpu=4%", "cpu_ratio", 0.04, 0.02},
	    {"cpu=0%", "cpu_ratio", 0, 0},
	    {"memory=80%", "memory_used_ratio", 0.8, 0.75},
	    {"memory=10K", "memory_used_bytes", 10240, 9216},
	    {"memory-available=1000", "memory_available_bytes", 1000, 1100},
	    {"memory-available=10%", "memory_available_ratio", 0.1, 0.15},
	    {"swap=1G", "swap_used_bytes", 1073741824, 966367641.6},
	    {"disk=90%", "disk_used_ratio", 0.9, 0.85},
	    {"disk=1000", "disk_free_bytes", 1000, 1100},
	    {"disk=5:7", "disk_free_bytes", 5, 7},
	    {"inodes=90%", "disk_inodes_used_ratio", 0.9, 0.85},
	    {"load=2.5", "load1", 2.5, 2.25},
	    {"processes=500", "processes", 500, 450},
	    {"fuzzers=10", "fuzzers", 10, 11},
	    {"zombies=0", "zombies", 0, 0},
	    {"orphans=0", "orphans", 0, 0},
	    {"stalled=6h", "no_find_seconds", 21600, 19440},
	    {"stalled=90", "no_find_seconds", 90, 81},
	    {"stalled=6h:1m", "no_find_seconds", 21600, 60},
	    {"execs-drop=50%", "execs_drop_ratio", 0.5, 0.45},
	    {"execs-min=100", "execs_per_second", 100, 110},
	    {"dead=1", "dead_fuzzers", 1, 0.9},
	    {"stability=90%", "stability_ratio", 0.9, 0.95},
	    {"stability=98%", "stability_ratio", 0.98, 0.99},
	    {"stability=100%", "stability_ratio", 1, 1},
	    {"crashes=10", "crashes_total", 10, 9},
	};
	struct alert_rule r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		r = rule(rows[i].word);
		assert_string_equal(r.kind->name, rows[i].name);
		if (fabs(r.threshold - rows[i].threshold) > 1e-9 ||
		    fabs(r.clear - rows[i].clear) > 1e-6)
			fail_msg(
			    "%s is %g:%g", rows[i].word, r.threshold, r.clear);
	}
}

static void
refuses_what_is_no_rule(void **state)
{
	static const struct {
		const char *word, *why;
	} rows[] = {
	    {"",
		"known are cpu memory memory-available swap disk inodes load "
		"processes fuzzers zombies orphans stalled execs-drop "
		"execs-min dead stability crashes"},
	    {"=", "known are "},
	    {"cp=1", "known are "},
	    {"cpux=1", "known are "},
	    {"CPU=1", "known are "},
	    {"cpu", "the value is a share, as in 80%"},
	    {"cpu=", "the value is a share"},
	    {"cpu=101%", "the value is a share"},
	    {"cpu=-1%", "the value is a share"},
	    {"cpu=nan", "the value is a share"},
	    {"cpu=80%:", "the value is a share"},
	    {"cpu=:80%", "the value is a share"},
	    {"cpu=80%:70%:60%", "the value is a share"},
	    {"cpu=80% ", "the value is a share"},
	    {"disk=x", "the value is a share, as in 80%, or a size, as in 6G"},
	    {"disk=80%:5G", "the value is a share"},
	    {"stalled=6x", "the value is a time, as in 6h"},
	    {"zombies=1.5", "the value is a count"},
	    {"zombies=9999999999999999999", "the value is a count"},
	    {"load=1e5", "the value is a number"},
	    {"load=.5", "the value is a number"},
	    {"load=1.2.3", "the value is a number"},
	    {"cpu=80%:81%", "the second value is on the wrong side"},
	    {"stability=80%:79%", "the second value is on the wrong side"},
	    {"disk=5G:4G", "the second value is on the wrong side"},
	};
	struct alert_rule r;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (alert_rule_parse(&r, rows[i].word, &why))
			fail_msg("taken for a rule: '%s'", rows[i].word);
		if (strncmp(why, rows[i].why, strlen(rows[i].why)) != 0)
			fail_msg("'%s': %s", rows[i].word, why);
	}
}

static void
takes_each_name_once(void **state)
{
	struct alerts *a = alerts_new();
	const char *why;

	(void)state;
	assert_true(alerts_rule(a, "disk=80%", &why));
	assert_true(alerts_rule(a, "disk=5G", &why));
	assert_false(alerts_rule(a, "disk=90%", &why));
	assert_string_equal(why, "given twice");
	alerts_free(a);
}

/* Up and down in small steps: what it says at each. */
static void
fires_beyond_the_threshold_until_it_is_back_past_the_margin(void **state)
{
	static const struct {
		const char *word;
		double value[8];
		const char *firing;
	} rows[] = {
	    {"cpu=80%", {0.79, 0.80, 0.81, 0.80, 0.78, 0.751, 0.749, 0.80},
		"..####.."},
	    {"cpu=80%:60%", {0.81, 0.61, 0.81, 0.6, 0.7, 0.8, 0.81, 0},
		"###...#."},
	    {"zombies=0", {0, 1, 2, 1, 0, 0, 1, 0}, ".###..#."},
	    {"zombies=20", {20, 21, 20, 19, 18, 20, 21, 18}, ".###..#."},
	    {"stability=90%", {0.9, 0.89, 0.91, 0.94, 0.96, 0.92, 0.9, 0.8},
		".###...#"},
	    {"disk=1000", {1000, 999, 1050, 1099, 1100, 1000, 0, 5000},
		".###..#."},
	};
	size_t i, step;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct alert_rule r = rule(rows[i].word);
		bool firing = false;

		for (step = 0; step < 8; step++) {
			firing =
			    alert_rule_fires(&r, firing, rows[i].value[step]);
			if (firing != (rows[i].firing[step] == '#'))
				fail_msg("%s: step %zu", rows[i].word, step);
		}
	}
}

static void
writes_values_for_people(void **state)
{
	static const struct {
		enum alert_unit unit;
		double value;
		const char *text;
	} rows[] = {
	    {ALERT_SHARE, 0.8, "80%"},
	    {ALERT_SHARE, 0.8046, "80.5%"},
	    {ALERT_SIZE, 1610612736, "1.5G"},
	    {ALERT_TIME, 0, "0s"},
	    {ALERT_TIME, 59.9, "59s"},
	    {ALERT_TIME, 60, "1m"},
	    {ALERT_TIME, 3661, "1h 1m"},
	    {ALERT_TIME, 21600, "6h"},
	    {ALERT_TIME, 93600, "1d 2h"},
	    {ALERT_TIME, 1e300, "104166666666666d 16h"},
	    {ALERT_COUNT, 12, "12"},
	    {ALERT_NUMBER, 2.25, "2.2"},
	};
	struct buf out = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_clear(&out);
		alert_value_text(&out, rows[i].unit, rows[i].value);
		assert_string_equal(out.data, rows[i].text);
	}
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_names_units_and_margins),
	    cmocka_unit_test(refuses_what_is_no_rule),
	    cmocka_unit_test(takes_each_name_once),
	    cmocka_unit_test(
		fires_beyond_the_threshold_until_it_is_back_past_the_margin),
	    cmocka_unit_test(writes_values_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
