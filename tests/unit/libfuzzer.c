/* How libFuzzer's processes end, what they report, and where. */
#include "unit.h"

#include "buf.h"
#include "libengine/engine.h"
#include "mem.h"
#include "strvec.h"

#define EXIT(code) ((code) << 8)

static struct engine_log *
log_of(const char *const *lines)
{
	struct engine_log *log = engine_libfuzzer.log_new();

	for (; *lines != NULL; lines++)
		engine_libfuzzer.log_line(log, *lines, strlen(*lines));
	return log;
}

#define INITED "#2\tINITED cov: 3 ft: 4 corp: 1/1b exec/s: 0 rss: 30Mb"
#define WRITTEN(name) "artifact_prefix='/j/a/'; Test unit written to /j/a/" name

static const char *const found[] = {INITED, "the target says something",
    "==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x60",
    "    #0 0x1 in f /t.c:3:1", "SUMMARY: AddressSanitizer: x /t.c:3:1 in f",
    "MS: 1 ChangeBit-; base unit: 00", WRITTEN("crash-aa"),
    "Base64: QQ==", "stat::number_of_executed_units: 54", NULL};
static const char *const stumbled[] = {"INFO: Seed: 1",
    "#2\tpulse  cov: 3 ft: 4 corp: 1/1b exec/s: 0 rss: 30Mb",
    "==7== ERROR: libFuzzer: deadly signal",
    "SUMMARY: libFuzzer: deadly signal", WRITTEN("crash-aa"), NULL};
static const char *const empty_input[] = {"INFO: Seed: 1",
    "SUMMARY: libFuzzer: deadly signal",
    WRITTEN("crash-da39a3ee5e6b4b0d3255bfef95601890afd80709"), NULL};
static const char *const slow_unit[] = {
    INITED, "Slowest unit: 11 s:", WRITTEN("slow-unit-aa"), NULL};
static const char *const rust[] = {INITED,
    "thread '<unnamed>' panicked at 'index out of bounds', src/lib.rs:7:5",
    "==9== ERROR: libFuzzer: deadly signal",
    "SUMMARY: libFuzzer: deadly signal", WRITTEN("crash-aa"), NULL};
static const char *const java[] = {INITED,
    "== Java Exception: java.lang.IllegalStateException: not reached",
    "\tat ExampleFuzzer.fuzzerTestOneInput(ExampleFuzzer.java:17)",
    "DEDUP_TOKEN: 985e7866de639615",
    "== libFuzzer crashing input ==", "MS: 1 ChangeBinInt-; base unit: 17d7",
    WRITTEN("crash-aa"), "Base64: QQ==",
    "reproducer_path='.'; Java reproducer written to ./Crash_aa.java", NULL};
static const char *const wrapped_up[] = {"INFO: -fork=2: fuzzing in separate",
    "#9: cov: 9 ft: 9 corp: 5 exec/s 0 oom/timeout/crash: 0/0/3 time: 4s",
    "INFO: fuzzed for 4 seconds, wrapping up soon",
    "INFO: exiting: 77 time: 4s", NULL};
static const char *const fork_broke[] = {"INFO: -fork=2: fuzzing in separate",
    "#9: cov: 9 ft: 9 corp: 5 exec/s 0 oom/timeout/crash: 0/0/3 time: 4s",
    "INFO: exiting: 1 time: 4s", NULL};
static const char *const left_early[] = {"INFO: Seed: 1", INITED, NULL};
static const char *const done[] = {INITED, "Done 9 runs in 1 second(s)",
    "stat::number_of_executed_units: 9", NULL};
static const char *const missing[] = {
    "No such file or directory: /x; exiting", NULL};

static const struct {
	const char *const *lines;
	int status;
	enum engine_end end;
	const char *reason;
} ends[] = {
    {found, EXIT(1), ENGINE_FOUND, "AddressSanitizer: x /t.c:3:1 in f"},
    {found, 6, ENGINE_FOUND, "AddressSanitizer: x /t.c:3:1 in f"},
    {stumbled, EXIT(77), ENGINE_STUMBLED, "libFuzzer: deadly signal"},
    {empty_input, EXIT(77), ENGINE_MISUSED,
	"the target does not survive the empty input, which libFuzzer begins "
	"with"},
    {slow_unit, EXIT(72), ENGINE_BROKE, NULL},
    {rust, EXIT(77), ENGINE_FOUND,
	"thread '<unnamed>' panicked at 'index out of bounds', "
	"src/lib.rs:7:5"},
    {java, EXIT(77), ENGINE_FOUND,
	"java.lang.IllegalStateException: not reached"},
    {wrapped_up, EXIT(77), ENGINE_DONE, NULL},
    {fork_broke, EXIT(1), ENGINE_BROKE, NULL},
    {fork_broke, EXIT(0), ENGINE_DONE, NULL},
    {done, EXIT(0), ENGINE_DONE, NULL},
    /* The job was told as finished when the target called _exit(0). */
    {left_early, EXIT(0), ENGINE_BROKE,
	"the target ended the process with status 0"},
    {missing, EXIT(1), ENGINE_MISUSED,
	"No such file or directory: /x; exiting"},
    {missing, 9, ENGINE_BROKE, "No such file or directory: /x; exiting"},
};

static void
tells_one_end_from_another(void **state)
{
	const char *reason;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		struct engine_log *log = log_of(ends[i].lines);

		assert_int_equal(
		    engine_libfuzzer.ended(log, ends[i].status, 100, &reason),
		    ends[i].end);
		if (ends[i].reason == NULL)
			assert_null(reason);
		else
			assert_string_equal(reason, ends[i].reason);
		engine_libfuzzer.log_free(log);
	}
}

static bool
report_of(const struct engine_log *log, const char *name, struct buf *report)
{
	buf_clear(report);
	return engine_libfuzzer.report(
	    log, -1, "artifacts/libfuzzer0", name, 65536, report);
}

static void
keeps_the_report_of_its_crash(void **state)
{
	struct engine_log *log = log_of(found);
	struct buf report = BUF_INIT;

	(void)state;
	assert_false(report_of(log, "crash-bb", &report));
	assert_int_equal(report.len, 0);
	assert_true(report_of(log, "crash-aa", &report));
	assert_non_null(strstr(report.data, "    #0 0x1 in f /t.c:3:1\n"));
	assert_non_null(strstr(report.data, "Base64: QQ==\n"));
	assert_null(strstr(report.data, "INITED"));
	assert_null(strstr(report.data, "stat::"));
	buf_release(&report);
	engine_libfuzzer.log_free(log);
}

/* A timeout's artifact is written before its trace is printed. */
static void
waits_for_the_trace_of_a_timeout(void **state)
{
	static const char *const lines[] = {INITED,
	    "ALARM: working on the last Unit for 4 seconds",
	    WRITTEN("timeout-aa"), NULL};
	static const char trace[] = "    #3 0x5 in hang /t.c:9:2",
			  end[] = "SUMMARY: libFuzzer: timeout";
	struct engine_log *log = log_of(lines);
	struct buf report = BUF_INIT;

	(void)state;
	assert_false(report_of(log, "timeout-aa", &report));
	engine_libfuzzer.log_line(log, trace, strlen(trace));
	assert_false(report_of(log, "timeout-aa", &report));
	engine_libfuzzer.log_line(log, end, strlen(end));
	assert_true(report_of(log, "timeout-aa", &report));
	assert_non_null(strstr(report.data, trace));
	buf_release(&report);
	engine_libfuzzer.log_free(log);
}

/* A target may print without end. */
static void
keeps_the_end_of_much_text(void **state)
{
	struct engine_log *log = engine_libfuzzer.log_new();
	struct buf report = BUF_INIT;
	char noise[1000];
	int i;

	(void)state;
	memset(noise, 'x', sizeof noise);
	for (i = 0; i < 1000; i++)
		engine_libfuzzer.log_line(log, noise, sizeof noise);
	for (i = 0; found[i] != NULL; i++)
		if (i > 0)
			engine_libfuzzer.log_line(
			    log, found[i], strlen(found[i]));
	assert_true(report_of(log, "crash-aa", &report));
	assert_true(report.len <= 65536);
	assert_non_null(strstr(report.data, "heap-use-after-free"));
	buf_release(&report);
	engine_libfuzzer.log_free(log);
}

static void
names_the_last_artifact_where_it_lies(void **state)
{
	struct engine_log *log = log_of(stumbled);
	char *path = engine_libfuzzer.last_artifact(log, "libfuzzer0");

	(void)state;
	assert_string_equal(path, "artifacts/libfuzzer0/crash-aa");
	free(path);
	engine_libfuzzer.log_free(log);
	log = log_of(slow_unit);
	assert_null(engine_libfuzzer.last_artifact(log, "libfuzzer0"));
	engine_libfuzzer.log_free(log);
}

static void
knows_its_directories(void **state)
{
	static const struct {
		const char *path;
		enum engine_directory is;
	} rows[] = {
	    {"corpus", ENGINE_CORPUS},
	    {"corpus/x", ENGINE_IGNORED},
	    {"artifacts", ENGINE_PARENT},
	    {"artifacts/libfuzzer1", ENGINE_CRASHES},
	    {"artifacts/libfuzzer1/x", ENGINE_IGNORED},
	    {"artifactsx/y", ENGINE_IGNORED},
	    {"tmp", ENGINE_PARENT},
	    {"tmp/libfuzzer", ENGINE_PARENT},
	    {"tmp/libfuzzer/x", ENGINE_IGNORED},
	    {"tmp/libfuzzer/libFuzzerTemp.FuzzWithFork7.dir",
		ENGINE_WORKER_LOGS},
	    {"tmp/libfuzzer/libFuzzerTemp.FuzzWithFork7.dir/C1",
		ENGINE_IGNORED},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(
		    engine_libfuzzer.directory(rows[i].path), rows[i].is);
}

static void
runs_single_processes_over_one_corpus(void **state)
{
	static char program[] = "/t", *target[] = {program, NULL};
	struct engine_job job = {.target = target,
	    .directory = "/j",
	    .mode = ENGINE_MODE_SINGLE,
	    .instances = 2,
	    .timeout_ms = 1500,
	    .memory_bytes = 1 << 30};
	struct strvec argv = STRVEC_INIT, env = STRVEC_INIT;
	static const char *const want[] = {"/t", "-reload=1",
	    "-print_final_stats=1", "-artifact_prefix=/j/artifacts/libfuzzer1/",
	    "-handle_xfsz=0", "-timeout=2", "-rss_limit_mb=1024", "/j/corpus"};
	size_t i;

	(void)state;
	assert_int_equal(engine_libfuzzer.processes(&job), 2);
	engine_libfuzzer.command(&job, 1, &argv, &env);
	assert_int_equal(argv.count, sizeof want / sizeof want[0]);
	for (i = 0; i < argv.count; i++)
		assert_string_equal(argv.item[i], want[i]);
	assert_string_equal(
	    strvec_env_get(&env, "TMPDIR"), "/j/tmp/libfuzzer1");
	/* It must see its own limit passed before anybody stops it. */
	assert_true(engine_libfuzzer.memory(&job, 1) > job.memory_bytes);
	strvec_release(&argv);
	strvec_release(&env);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_one_end_from_another),
	    cmocka_unit_test(keeps_the_report_of_its_crash),
	    cmocka_unit_test(waits_for_the_trace_of_a_timeout),
	    cmocka_unit_test(keeps_the_end_of_much_text),
	    cmocka_unit_test(names_the_last_artifact_where_it_lies),
	    cmocka_unit_test(knows_its_directories),
	    cmocka_unit_test(runs_single_processes_over_one_corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
