/* Whole libFuzzer logs, of one process and of many. */
#include "unit.h"

#include <math.h>

#include "libengine/libfuzzer_scan.h"

static struct libfuzzer_scan scan;

static bool
read_log(const char *text, struct stats *s)
{
	libfuzzer_scan_init(&scan);
	assert_int_equal(
	    libfuzzer_scan_add(&scan, text, strlen(text)), strlen(text));
	stats_init(s);
	return libfuzzer_scan_stats(&scan, s);
}

static int
clean_up(void **state)
{
	(void)state;
	libfuzzer_scan_release(&scan);
	return 0;
}

#define FIRST                                                              \
	"INFO: Seed: 1\n"                                                  \
	"INFO: Loaded 1 modules   (67 inline 8-bit counters): 67 [0x1, "   \
	"0x2), \n"                                                         \
	"#100\tINITED cov: 40 ft: 50 corp: 9/30b exec/s: 0 rss: 30Mb\n"    \
	"#500\tNEW    cov: 41 ft: 52 corp: 10/34b exec/s: 250 rss: 31Mb\n" \
	"==7==ERROR: AddressSanitizer: SEGV\n"                             \
	"artifact_prefix='a/'; Test unit written to "                      \
	"a/crash-da39a3ee5e6b4b0d3255bfef95601890afd80709\n"
#define SECOND                                                          \
	"INFO: Seed: 2\n"                                               \
	"#70\tINITED cov: 39 ft: 51 corp: 10/33b exec/s: 0 rss: 30Mb\n" \
	"#90\tpulse  cov: 39 ft: 51 corp: 10/33b exec/s: 90 rss: 30Mb\n"

static void
adds_up_the_processes_of_a_log(void **state)
{
	struct stats s;

	(void)state;
	assert_true(read_log(FIRST SECOND, &s));
	assert_int_equal(s.execs_total, 590);
	/* What was reached stays reached, since the corpus stays. */
	assert_int_equal(s.edges_found, 41);
	assert_int_equal(s.features, 52);
	assert_int_equal(s.edges_total, 67);
	assert_int_equal(s.corpus_count, 10);
	assert_true(s.execs_per_second == 90);
	assert_false(scan.ended);
}

static void
knows_the_end_of_a_process(void **state)
{
	struct stats s;

	(void)state;
	read_log(FIRST, &s);
	assert_true(scan.ended);
	libfuzzer_scan_release(&scan);
	read_log(SECOND "Done 90 runs in 1 second(s)\n", &s);
	assert_true(scan.ended);
	libfuzzer_scan_release(&scan);
	read_log(SECOND "==7== libFuzzer: run interrupted; exiting\n", &s);
	assert_true(scan.ended);
	libfuzzer_scan_release(&scan);
	/* It is the target's word, not libFuzzer's. */
	read_log(SECOND "==7== libFuzzer: deadly\n", &s);
	assert_false(scan.ended);
}

static void
counts_the_same_artifact_once(void **state)
{
	struct stats s;

	(void)state;
	read_log(FIRST FIRST SECOND, &s);
	assert_int_equal(s.crashes_total, 1);
	assert_int_equal(s.hangs_total, 0);
}

#define HEADLESS "#90\tpulse  cov: 39 ft: 51 exec/s: 90 rss: 30Mb\n"
#define REPORT "==7==ERROR: AddressSanitizer: SEGV\n"

/* No crash is told only of a log that would have named one. */
static void
tells_none_from_unknown(void **state)
{
	static const struct {
		const char *log;
		int64_t crashes;
	} rows[] = {
	    {SECOND, 0},
	    {SECOND SECOND, 0},
	    {HEADLESS, STATS_UNKNOWN},
	    {HEADLESS SECOND, STATS_UNKNOWN},
	    {SECOND REPORT, STATS_UNKNOWN},
	    {SECOND REPORT SECOND, STATS_UNKNOWN},
	};
	struct stats s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(read_log(rows[i].log, &s));
		assert_int_equal(s.crashes_total, rows[i].crashes);
		assert_int_equal(s.hangs_total, rows[i].crashes);
		assert_int_equal(s.ooms_total, rows[i].crashes);
		libfuzzer_scan_release(&scan);
	}
}

static void
forgets_what_another_build_reached(void **state)
{
	struct stats s;

	(void)state;
	read_log(FIRST "INFO: Seed: 2\n"
		       "INFO: Loaded 1 modules   (50 guards): 50 [0x1, 0x2), \n"
		       "#70\tINITED cov: 30 ft: 31 corp: 10/33b exec/s: 0\n",
	    &s);
	assert_int_equal(s.edges_found, 30);
	assert_int_equal(s.edges_total, 50);
}

/* A forked child writes once more what its parent had not written yet. */
static void
takes_what_was_written_twice_once(void **state)
{
	static const char text[] =
	    "INFO: Seed: 1\n"
	    "INFO: -fork=2: fuzzing in separate process(s)\n"
	    "#100: cov: 12 ft: 12 corp: 1 exec/s 5 oom/timeout/crash: 0/0/0 "
	    "time: 2s job: 1 dft_time: 0\n"
	    "#900: cov: 36 ft: 19 corp: 8 exec/s 5 oom/timeout/crash: 0/0/1 "
	    "time: 4s job: 2 dft_time: 0\n"
	    "INFO: -fork=2: fuzzing in separate process(s)\n"
	    "#100: cov: 12 ft: 12 corp: 1 exec/s 5 oom/timeout/crash: 0/0/0 "
	    "time: 2s job: 1 dft_time: 0\n";
	struct stats s;

	(void)state;
	assert_true(read_log(text, &s));
	assert_int_equal(s.execs_total, 900);
}

static void
passes_over_what_a_target_prints(void **state)
{
	static const char noise[] =
	    "#99999999 NEW cov: 1 ft: 1 corp: 1 exec/s: 1 rss: 1Mb\n"
	    "#99999999\tOLD    cov: 1\n"
	    "#\tNEW    cov: 1\n"
	    "# 1\n#\n\n"
	    "stat:: \n";
	struct stats s;

	(void)state;
	assert_true(read_log(FIRST SECOND "#\n", &s));
	libfuzzer_scan_release(&scan);
	assert_false(read_log("#99999999 NEW cov: 1 ft: 1\n# 1\n\n#\n", &s));
	assert_int_equal(s.execs_total, STATS_UNKNOWN);
	libfuzzer_scan_release(&scan);
	read_log(FIRST, &s);
	libfuzzer_scan_add(&scan, noise, sizeof noise - 1);
	stats_init(&s);
	libfuzzer_scan_stats(&scan, &s);
	assert_int_equal(s.execs_total, 500);
}

static void
leaves_a_line_without_its_end(void **state)
{
	static const char text[] = "#12\tNEW    cov: 1 ft: 1\n#1234";

	(void)state;
	libfuzzer_scan_init(&scan);
	assert_int_equal(libfuzzer_scan_add(&scan, text, sizeof text - 1), 24);
}

#define TEST(f) cmocka_unit_test_teardown(f, clean_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(adds_up_the_processes_of_a_log),
	    TEST(knows_the_end_of_a_process),
	    TEST(counts_the_same_artifact_once),
	    TEST(tells_none_from_unknown),
	    TEST(forgets_what_another_build_reached),
	    TEST(takes_what_was_written_twice_once),
	    TEST(passes_over_what_a_target_prints),
	    TEST(leaves_a_line_without_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
