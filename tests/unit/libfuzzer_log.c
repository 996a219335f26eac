/* libFuzzer's log: status lines, fork mode, and what only looks like it. */
#include "unit.h"

#include <math.h>

#include "libengine/libfuzzer_log.h"

static struct libfuzzer_log log_;

static int
begin(void **state)
{
	(void)state;
	libfuzzer_log_init(&log_);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	libfuzzer_log_release(&log_);
	return 0;
}

static void
tell(const char *line)
{
	libfuzzer_log_line(&log_, line, strlen(line));
}

static void
reads_a_status_line(void **state)
{
	(void)state;
	tell("#2\tINITED cov: 3 ft: 4 corp: 1/1b exec/s: 0 rss: 30Mb");
	assert_true(log_.initialized);
	tell("#1024\tNEW    cov: 12 ft: 15 corp: 5/3Kb lim: 4 exec/s: 512 "
	     "rss: 31Mb L: 3/4 MS: 2 ChangeBit-CMP- DE: \"\\377\"-");
	assert_int_equal(log_.stats.execs_total, 1024);
	assert_int_equal(log_.stats.edges_found, 12);
	assert_int_equal(log_.stats.features, 15);
	assert_int_equal(log_.stats.corpus_count, 5);
	assert_int_equal(log_.stats.corpus_bytes, 3072);
	assert_true(log_.stats.execs_per_second == 512);
	assert_int_equal(log_.stats.peak_rss_bytes, 31 << 20);
	assert_true(log_.changed && log_.recognized && !log_.fork);
	assert_int_equal(log_.status_lines, 2);
}

/* The rate is of what was done between two lines. */
static void
reads_fork_mode(void **state)
{
	(void)state;
	tell("#1000: cov: 60 ft: 61 corp: 30 exec/s 0 oom/timeout/crash: "
	     "1/2/3 time: 10s job: 4 dft_time: 0");
	assert_true(log_.fork && log_.initialized);
	assert_true(isnan(log_.stats.execs_per_second));
	assert_int_equal(log_.stats.ooms_total, 1);
	assert_int_equal(log_.stats.hangs_total, 2);
	assert_int_equal(log_.stats.crashes_total, 3);
	tell("#5000: cov: 60 ft: 61 corp: 30 exec/s 7 oom/timeout/crash: "
	     "1/2/3 time: 18s job: 5 dft_time: 0");
	assert_true(log_.stats.execs_per_second == 500);
	assert_int_equal(log_.stats.run_seconds, 18);
}

/* LLVM 17 and later: units in capitals, and a colon in fork mode's rate. */
static void
reads_newer_spellings(void **state)
{
	(void)state;
	tell("#1024\tNEW    cov: 12 ft: 15 corp: 5/3KB lim: 4 exec/s: 512 "
	     "rss: 31MB L: 3/4 MS: 2 ChangeBit-CMP-");
	assert_int_equal(log_.stats.corpus_bytes, 3072);
	assert_int_equal(log_.stats.peak_rss_bytes, 31 << 20);
	tell("#1000: cov: 60 ft: 61 corp: 30 exec/s: 9 oom/timeout/crash: "
	     "1/2/3 time: 10s job: 4 dft_time: 0");
	assert_true(log_.fork);
	assert_int_equal(log_.stats.crashes_total, 3);
	/* One job's rate is not the fuzzer's. */
	assert_true(log_.stats.execs_per_second == 512);
}

/* With a large corpus pulses come before it is loaded. */
static void
begins_after_the_corpus_was_loaded(void **state)
{
	(void)state;
	tell("#64\tpulse  cov: 3 ft: 4 corp: 1/1b exec/s: 3 rss: 30Mb");
	tell("#64\tREAD   units: 64 exec/s: 3");
	assert_false(log_.initialized);
	assert_true(log_.recognized);
	tell("#65\tINITED cov: 3 ft: 4 corp: 1/1b exec/s: 3 rss: 30Mb");
	assert_true(log_.initialized);
}

static void
reads_the_final_statistics(void **state)
{
	(void)state;
	tell("stat::number_of_executed_units: 4096");
	tell("stat::peak_rss_mb:              44");
	assert_int_equal(log_.stats.execs_total, 4096);
	assert_int_equal(log_.stats.peak_rss_bytes, 44 << 20);
}

static void
passes_over_what_is_not_its_own(void **state)
{
	static const char *const rows[] = {"", "#", "#x", "#12",
	    "#12 NEW cov: 1", "#12\tcov: 1", "hello #3\tNEW cov: 4", "stats::x",
	    " #2\tINITED", "#9999999999999999999\tNEW cov: 1"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		tell(rows[i]);
	assert_false(log_.changed);
	assert_false(log_.recognized);
	assert_int_equal(log_.status_lines, 0);
	assert_int_equal(log_.stats.execs_total, STATS_UNKNOWN);
}

static void
keeps_the_last_words(void **state)
{
	(void)state;
	tell("No such file or directory: /x; exiting");
	tell("==1==ERROR: libFuzzer: out-of-memory (used: 2049Mb)");
	tell("#3: an innocent line");
	assert_string_equal(log_.last_words,
	    "==1==ERROR: libFuzzer: out-of-memory (used: 2049Mb)");
}

/* 18 digits of mebibytes are more than there are bytes in 63 bits. */
static void
leaves_out_sizes_past_counting(void **state)
{
	(void)state;
	tell("#2\tNEW cov: 1 corp: 1/999999999999999999Kb rss: "
	     "999999999999999999Mb");
	tell("stat::peak_rss_mb: 999999999999999999");
	assert_int_equal(log_.stats.corpus_bytes, STATS_UNKNOWN);
	assert_int_equal(log_.stats.peak_rss_bytes, STATS_UNKNOWN);
	assert_int_equal(log_.stats.corpus_count, 1);
}

/* A log that went on after a restart gave a rate below zero. */
static void
begins_the_rate_anew_after_a_restart(void **state)
{
	(void)state;
	tell("#1000: cov: 6 ft: 6 corp: 3 exec/s 0 oom/timeout/crash: 0/0/0 "
	     "time: 10s job: 1");
	tell("#9000: cov: 6 ft: 6 corp: 3 exec/s 0 oom/timeout/crash: 0/0/0 "
	     "time: 20s job: 2");
	assert_true(log_.stats.execs_per_second == 800);
	tell("#100: cov: 6 ft: 6 corp: 3 exec/s 0 oom/timeout/crash: 0/0/0 "
	     "time: 1s job: 1");
	tell("#2100: cov: 6 ft: 6 corp: 3 exec/s 0 oom/timeout/crash: 0/0/0 "
	     "time: 21s job: 2");
	assert_true(log_.stats.execs_per_second == 100);
	tell("#90: cov: 6 ft: 6 corp: 3 exec/s 0 oom/timeout/crash: 0/0/0 "
	     "time: 30s job: 1");
	assert_true(log_.stats.execs_per_second >= 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(reads_a_status_line),
	    TEST(reads_fork_mode),
	    TEST(reads_newer_spellings),
	    TEST(begins_after_the_corpus_was_loaded),
	    TEST(reads_the_final_statistics),
	    TEST(passes_over_what_is_not_its_own),
	    TEST(keeps_the_last_words),
	    TEST(leaves_out_sizes_past_counting),
	    TEST(begins_the_rate_anew_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
