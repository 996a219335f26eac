/* AFL++'s fuzzer_stats: whole, torn, and absurd. */
#include "unit.h"

#include <math.h>

#include "libengine/aflpp_stats.h"

/* In the order and the form of 4.04c. */
static const char whole[] = "start_time        : 1795226216\n"
			    "last_update       : 1795226228\n"
			    "run_time          : 11\n"
			    "fuzzer_pid        : 30469\n"
			    "execs_done        : 26517\n"
			    "execs_per_sec     : 2221.60\n"
			    "corpus_count      : 33\n"
			    "stability         : 100.00%\n"
			    "bitmap_cvg        : 98.44%\n"
			    "saved_crashes     : 5\n"
			    "last_find         : 0\n"
			    "edges_found       : 60\n"
			    "afl_version       : ++4.04c\n"
			    "command_line      : afl-fuzz -i a:b -- ./t\n";

static const char *
parse(const char *text, struct stats *s)
{
	stats_init(s);
	return aflpp_stats_parse(text, strlen(text), s, NULL);
}

static void
reads_every_field(void **state)
{
	struct stats s;

	(void)state;
	assert_null(parse(whole, &s));
	assert_int_equal(s.start_ms, 1795226216000);
	assert_int_equal(s.update_ms, 1795226228000);
	assert_int_equal(s.run_seconds, 11);
	assert_int_equal(s.pid, 30469);
	assert_int_equal(s.execs_total, 26517);
	assert_true(s.execs_per_second == 2221.6);
	assert_int_equal(s.corpus_count, 33);
	assert_true(s.stability_ratio == 1);
	assert_true(s.coverage_ratio == 0.9844);
	assert_int_equal(s.crashes_total, 5);
	assert_int_equal(s.last_find_ms, STATS_UNKNOWN);
	assert_int_equal(s.hangs_total, STATS_UNKNOWN);
	assert_int_equal(s.edges_found, 60);
	assert_string_equal(s.version, "4.04c");
	stats_release(&s);
}

/* Cut anywhere it is told as torn, and what is told is what stood there: a
 * number that lost its last digits would be another number. */
static void
tells_a_file_cut_anywhere(void **state)
{
	struct stats s;
	size_t n;

	(void)state;
	for (n = 0; n + 1 < sizeof whole; n++) {
		const char *wrong;

		stats_init(&s);
		wrong = aflpp_stats_parse(whole, n, &s, NULL);
		assert_non_null(wrong);
		if (n == 0)
			assert_string_equal(wrong, "empty");
		assert_true(
		    s.start_ms == STATS_UNKNOWN || s.start_ms == 1795226216000);
		assert_true(
		    s.execs_total == STATS_UNKNOWN || s.execs_total == 26517);
		assert_true(
		    isnan(s.coverage_ratio) || s.coverage_ratio == 0.9844);
		stats_release(&s);
	}
}

static void
takes_names_of_before_4_0(void **state)
{
	struct stats s;

	(void)state;
	assert_null(parse("paths_total:7\nunique_crashes : 2\nunique_hangs:1\n"
			  "last_path : 1795226220\r\ncommand_line : x\n",
	    &s));
	assert_int_equal(s.corpus_count, 7);
	assert_int_equal(s.crashes_total, 2);
	assert_int_equal(s.hangs_total, 1);
	assert_int_equal(s.last_find_ms, 1795226220000);
	stats_release(&s);
}

static void
leaves_out_absurd_values(void **state)
{
	struct stats s;

	(void)state;
	assert_null(parse("execs_done : 18446744073709551615\n"
			  "execs_per_sec : nan\nstability : 100.1%\n"
			  "bitmap_cvg : 5\nlast_find : 99999999999999\n"
			  "corpus_count : -3\nfuzzer_pid : 12x\n"
			  "pending_total :\ncommand_line : x\n",
	    &s));
	assert_int_equal(s.execs_total, STATS_UNKNOWN);
	assert_true(isnan(s.execs_per_second));
	assert_true(isnan(s.stability_ratio));
	assert_true(isnan(s.coverage_ratio));
	assert_int_equal(s.last_find_ms, STATS_UNKNOWN);
	assert_int_equal(s.corpus_count, STATS_UNKNOWN);
	assert_int_equal(s.pid, STATS_UNKNOWN);
	assert_int_equal(s.pending_count, STATS_UNKNOWN);
	stats_release(&s);
}

static void
knows_a_foreign_file(void **state)
{
	struct stats s;

	(void)state;
	assert_string_equal(parse("hello\n", &s), "not a fuzzer_stats file");
	stats_release(&s);
	assert_string_equal(
	    parse("a : 1\n: 2\n\n", &s), "not a fuzzer_stats file");
	stats_release(&s);
}

/* The names of each release for the same things, as its source has them. */
static void
knows_the_names_of_each_release(void **state)
{
	static const struct {
		const char *release, *corpus, *crashes, *hangs, *find;
	} rows[] = {
	    {"2.52c", "paths_total", "unique_crashes", "unique_hangs",
		"last_path"},
	    {"3.14c", "paths_total", "unique_crashes", "unique_hangs",
		"last_path"},
	    {"4.00c", "corpus_count", "saved_crashes", "saved_hangs",
		"last_find"},
	    {"4.21c", "corpus_count", "saved_crashes", "saved_hangs",
		"last_find"},
	};
	struct buf text = BUF_INIT;
	struct stats s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_clear(&text);
		buf_addf(&text,
		    "%-18s: 45\n%-18s: 23\n%-18s: 2\n%-18s: 1795226216\n",
		    rows[i].corpus, rows[i].crashes, rows[i].hangs,
		    rows[i].find);
		parse(text.data, &s);
		assert_int_equal(s.corpus_count, 45);
		assert_int_equal(s.crashes_total, 23);
		assert_int_equal(s.hangs_total, 2);
		assert_int_equal(s.last_find_ms, 1795226216000);
		stats_release(&s);
	}
	buf_release(&text);
}

static void
doubts_what_no_release_writes(void **state)
{
	static const struct {
		const char *from, *to, *doubt;
	} rows[] = {
	    {"26517", "-1", "execs_done is '-1'"},
	    {"2221.60", "fast", "execs_per_sec is 'fast'"},
	    {"30469", "99999999999999999999",
		"fuzzer_pid is '99999999999999999999'"},
	    {"execs_done ", "execs_dono ", "it has no execs_done"},
	    {"2221.60", "inf", ""},
	    {"26517", "18446744073709551615", ""},
	};
	struct buf text = BUF_INIT, doubt = BUF_INIT;
	struct stats s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *at = strstr(whole, rows[i].from);

		buf_clear(&text);
		buf_clear(&doubt);
		buf_add(&text, whole, (size_t)(at - whole));
		buf_add_str(&text, rows[i].to);
		buf_add_str(&text, at + strlen(rows[i].from));
		buf_add_str(&text,
		    "cycles_done       : 1\n"
		    "pending_total     : 1\n");
		stats_init(&s);
		assert_null(aflpp_stats_parse(text.data, text.len, &s, &doubt));
		assert_string_equal(doubt.data, rows[i].doubt);
		stats_release(&s);
	}
	buf_release(&text);
	buf_release(&doubt);
}

static void
is_recognized_by_its_beginning(void **state)
{
	(void)state;
	assert_true(aflpp_stats_recognize(whole, strlen(whole)));
	assert_true(aflpp_stats_recognize("start_ti", 8));
	assert_true(aflpp_stats_recognize("run_time  : 1\n", 14));
	assert_false(aflpp_stats_recognize("usage: afl-fuzz", 15));
	assert_false(aflpp_stats_recognize("start_time of it", 16));
	assert_false(aflpp_stats_recognize("INFO: Seed: 1\n", 14));
	assert_false(aflpp_stats_recognize("", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_the_names_of_each_release),
	    cmocka_unit_test(doubts_what_no_release_writes),
	    cmocka_unit_test(is_recognized_by_its_beginning),
	    cmocka_unit_test(reads_every_field),
	    cmocka_unit_test(tells_a_file_cut_anywhere),
	    cmocka_unit_test(takes_names_of_before_4_0),
	    cmocka_unit_test(leaves_out_absurd_values),
	    cmocka_unit_test(knows_a_foreign_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
