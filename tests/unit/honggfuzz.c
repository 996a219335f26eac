/* honggfuzz's statistics, reports, names and last words, as recorded. */
#include "unit.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/stat.h>

#include "libengine/engine.h"
#include "libengine/honggfuzz_report.h"
#include "libengine/honggfuzz_stats.h"
#include "mem.h"
#include "stage.h"

#define EXIT(code) ((code) << 8)

static void
read_recorded(const char *name, struct buf *text)
{
	char *path = mem_printf(UNIT_FIXTURES "/honggfuzz/%s", name);

	assert_int_equal(buf_read_file(text, AT_FDCWD, path, 1 << 20), 0);
	free(path);
}

static void
reads_the_last_row(void **state)
{
	struct buf text = BUF_INIT;
	struct stats s;

	(void)state;
	read_recorded("stats.csv", &text);
	stats_init(&s);
	assert_null(honggfuzz_stats_parse(text.data, text.len, &s));
	assert_int_equal(s.update_ms, 1795229047000);
	assert_int_equal(s.last_find_ms, 1795229047000);
	assert_int_equal(s.execs_total, 5893);
	assert_true(s.execs_per_second == 420);
	assert_int_equal(s.crashes_total, 6);
	assert_int_equal(s.hangs_total, 0);
	assert_int_equal(s.edges_found, 52);
	assert_int_equal(s.corpus_count, 108);
	assert_int_equal(s.edges_total, STATS_UNKNOWN);
	assert_int_equal(s.run_seconds, STATS_UNKNOWN);
	buf_release(&text);
}

/* A row that is being written may end in the middle of a number. */
static void
leaves_a_torn_row_alone(void **state)
{
	struct buf text = BUF_INIT;
	struct stats s;

	(void)state;
	read_recorded("stats.csv", &text);
	buf_truncate(&text, text.len - 3);
	stats_init(&s);
	assert_null(honggfuzz_stats_parse(text.data, text.len, &s));
	assert_int_equal(s.execs_total, 5886);
	assert_int_equal(s.corpus_count, 107);
	buf_release(&text);
}

static void
says_what_is_wrong_with_a_file(void **state)
{
	static const struct {
		const char *text, *wrong;
	} rows[] = {
	    {"", "empty"},
	    {"# unix_time, total_exec\n", "no row yet"},
	    {"# unix_time, total_exec\n1, 2", "no row yet"},
	    {"execs_done : 1\n", "not a honggfuzz statistics file"},
	    {"# unix_time, total_exec", "not a honggfuzz statistics file"},
	};
	struct stats s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		stats_init(&s);
		assert_string_equal(honggfuzz_stats_parse(
					rows[i].text, strlen(rows[i].text), &s),
		    rows[i].wrong);
		assert_int_equal(s.execs_total, STATS_UNKNOWN);
	}
}

static void
takes_columns_by_their_names(void **state)
{
	static const char text[] = "# total_exec, later_column, edge_cov\n"
				   "7, 8, 9\n";
	struct stats s;

	(void)state;
	stats_init(&s);
	assert_null(honggfuzz_stats_parse(text, strlen(text), &s));
	assert_int_equal(s.execs_total, 7);
	assert_int_equal(s.edges_found, 9);
}

static void
reads_the_summary(void **state)
{
	static const char line[] =
	    "Summary iterations:118317 time:8 speed:14789 crashes_count:0 "
	    "timeout_count:2 new_units_added:72 slowest_unit_ms:17 "
	    "guard_nb:26 branch_coverage_percent:92 peak_rss_mb:7";
	struct stats s;

	(void)state;
	stats_init(&s);
	assert_true(honggfuzz_summary_parse(line, strlen(line), &s));
	assert_int_equal(s.execs_total, 118317);
	assert_int_equal(s.run_seconds, 8);
	assert_true(s.execs_per_second == 14789);
	assert_int_equal(s.hangs_total, 2);
	assert_int_equal(s.edges_total, 26);
	assert_int_equal(s.peak_rss_bytes, 7 << 20);
	assert_int_equal(s.crashes_total, STATS_UNKNOWN);
	assert_false(honggfuzz_summary_parse("Summary", 7, &s));
}

/* 0 is what it says of a first child that still runs. */
static void
takes_no_memory_for_unknown(void **state)
{
	static const char line[] = "Summary iterations:1 peak_rss_mb:0 time:x";
	struct stats s;

	(void)state;
	stats_init(&s);
	assert_true(honggfuzz_summary_parse(line, strlen(line), &s));
	assert_int_equal(s.peak_rss_bytes, STATS_UNKNOWN);
	assert_int_equal(s.run_seconds, STATS_UNKNOWN);
}

static const char second[] =
    "SIGABRT.PC.555555635233.STACK.c621b1db4.CODE.-6.ADDR.0.INSTR."
    "cs_nopw_0x0(%rax,%rax,1).fuzz";

static void
finds_the_section_of_a_crash(void **state)
{
	struct buf text = BUF_INIT;
	const char *section;
	int64_t pid = 0;
	size_t len = 0;

	(void)state;
	read_recorded("HONGGFUZZ.REPORT.TXT", &text);
	section = honggfuzz_section(text.data, text.len, second, &len, &pid);
	assert_non_null(section);
	assert_int_equal(pid, 17490);
	assert_memory_equal(section, "TIME: 2026-11-21.02:43:54\n", 26);
	assert_null(memmem(section, len, "PID: 17480", 10));
	assert_non_null(memmem(section, len, "[func:chunk_h ", 14));
	assert_memory_equal(section + len - 6, "=====\n", 6);
	assert_null(
	    honggfuzz_section(text.data, text.len, "SIGX.fuzz", &len, &pid));
	buf_release(&text);
}

/* It is written in pieces. */
static void
waits_for_the_end_of_a_section(void **state)
{
	static const char text[] = "=====\nTIME: 1\n=====\nCRASH:\n"
				   "FUZZ_FNAME: ws/SIGSEGV.fuzz\nPID: 7\n";
	int64_t pid;
	size_t len;

	(void)state;
	assert_null(
	    honggfuzz_section(text, strlen(text), "SIGSEGV.fuzz", &len, &pid));
}

static int
make_workspace(char path[])
{
	int fd;

	assert_non_null(mkdtemp(path));
	fd = open(path, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0 && mkdirat(fd, "honggfuzz", 0777) == 0);
	return fd;
}

static void
put_recorded(int fd, const char *name)
{
	struct buf text = BUF_INIT;
	int dir = openat(fd, "honggfuzz", O_RDONLY | O_DIRECTORY);

	read_recorded(name, &text);
	assert_int_equal(stage_write(dir, name, text.data, text.len), 0);
	close(dir);
	buf_release(&text);
}

static void
remove_workspace(int fd, const char *path)
{
	unlinkat(fd, "honggfuzz/HONGGFUZZ.REPORT.TXT", 0);
	unlinkat(fd, "honggfuzz/HF.sanitizer.log.17480", 0);
	unlinkat(fd, "honggfuzz", AT_REMOVEDIR);
	close(fd);
	rmdir(path);
}

/* The first crash has a sanitizer's log, the second has none. */
static void
prefers_the_sanitizers_report(void **state)
{
	static const char first[] =
	    "SIGABRT.PC.555555635233.STACK.c6f21a601.CODE.-6.ADDR.0.INSTR."
	    "cs_nopw_0x0(%rax,%rax,1).fuzz";
	char path[] = "/tmp/unit-honggfuzz.XXXXXX";
	struct buf report = BUF_INIT;
	int fd = make_workspace(path);

	(void)state;
	assert_false(honggfuzz_report(fd, first, 65536, &report));
	put_recorded(fd, "HONGGFUZZ.REPORT.TXT");
	put_recorded(fd, "HF.sanitizer.log.17480");
	assert_true(honggfuzz_report(fd, first, 65536, &report));
	assert_non_null(strstr(report.data, "==17480==ERROR: AddressSan"));
	buf_clear(&report);
	assert_true(honggfuzz_report(fd, second, 65536, &report));
	assert_null(strstr(report.data, "==ERROR"));
	assert_non_null(strstr(report.data, "STACK HASH: 0000000c621b1db4"));
	buf_clear(&report);
	assert_true(honggfuzz_report(fd, second, 6, &report));
	assert_string_equal(report.data, "=====\n");
	buf_release(&report);
	remove_workspace(fd, path);
}

static void
knows_its_crash_files(void **state)
{
	static const struct {
		const char *name;
		bool is_crash;
		int signal;
		const char *kind;
	} rows[] = {
	    {second, true, SIGABRT, NULL},
	    {"SIGSEGV.PC.0.STACK.0.CODE.1.ADDR.25.INSTR.add____%al,(%rax)."
	     "2026-11-21.02:46:30.25787.fuzz",
		true, SIGSEGV, NULL},
	    {"SIGVTALRM.PC.7ffff7da4dd0.STACK.1.CODE.0.ADDR.0.INSTR.x.fuzz",
		true, 0, "timeout"},
	    {"SIGODD.PC.0.fuzz", true, 0, NULL},
	    {"HONGGFUZZ.REPORT.TXT", false, 0, NULL},
	    {"HF.sanitizer.log.17480", false, 0, NULL},
	    {"SIGABRT.PC.0.fuzz.orig", false, 0, NULL},
	    {".fuzz", false, 0, NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct engine_artifact a =
		    engine_honggfuzz.artifact(rows[i].name);

		assert_int_equal(a.is_crash, rows[i].is_crash);
		assert_int_equal(a.signal, rows[i].signal);
		if (rows[i].kind == NULL)
			assert_null(a.kind);
		else
			assert_string_equal(a.kind, rows[i].kind);
	}
}

static void
tells_misuse_from_accidents(void **state)
{
	static const struct {
		const char *name;
		int status;
		enum engine_end end;
		const char *reason;
	} rows[] = {
	    {"stderr.log", EXIT(0), ENGINE_DONE, NULL},
	    {"stderr.log", SIGKILL, ENGINE_BROKE, NULL},
	    {"stderr.log", EXIT(1), ENGINE_BROKE, NULL},
	    {"no-target.log", EXIT(1), ENGINE_MISUSED,
		"Your fuzzed binary '/lab/binhf/nope' doesn't seem to exist"},
	    {"no-input.log", EXIT(1), ENGINE_MISUSED,
		"Input directory '/lab/seeds/nope' is not readable: No such "
		"file or directory"},
	    {"no-file.log", EXIT(1), ENGINE_MISUSED,
		"You must specify '___FILE___' if the -s (stdin fuzzing) or "
		"--persistent options are not set"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct engine_log *log = engine_honggfuzz.log_new();
		struct buf text = BUF_INIT;
		const char *reason = NULL;
		char *line, *end;

		read_recorded(rows[i].name, &text);
		for (line = text.data; (end = strchr(line, '\n')) != NULL;
		     line = end + 1)
			engine_honggfuzz.log_line(
			    log, line, (size_t)(end - line));
		assert_int_equal(
		    engine_honggfuzz.ended(log, rows[i].status, 10, &reason),
		    rows[i].end);
		if (rows[i].reason == NULL)
			assert_null(reason);
		else
			assert_string_equal(reason, rows[i].reason);
		engine_honggfuzz.log_free(log);
		buf_release(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_the_last_row),
	    cmocka_unit_test(leaves_a_torn_row_alone),
	    cmocka_unit_test(says_what_is_wrong_with_a_file),
	    cmocka_unit_test(takes_columns_by_their_names),
	    cmocka_unit_test(reads_the_summary),
	    cmocka_unit_test(takes_no_memory_for_unknown),
	    cmocka_unit_test(finds_the_section_of_a_crash),
	    cmocka_unit_test(waits_for_the_end_of_a_section),
	    cmocka_unit_test(prefers_the_sanitizers_report),
	    cmocka_unit_test(knows_its_crash_files),
	    cmocka_unit_test(tells_misuse_from_accidents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
