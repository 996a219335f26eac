/* What is made of afl-fuzz's last words, from recorded output. */
#include "unit.h"

#include <fcntl.h>

#include "buf.h"
#include "libengine/aflpp.h"
#include "mem.h"

#define EXIT(code) ((code) << 8)

static struct engine_log *
read_log(const char *name)
{
	struct engine_log *log = aflpp_log_new();
	char *path = mem_printf(UNIT_FIXTURES "/aflpp-ends/%s.log", name);
	struct buf text = BUF_INIT;
	char *line, *end;

	assert_int_equal(buf_read_file(&text, AT_FDCWD, path, 1 << 20), 0);
	for (line = text.data; (end = strchr(line, '\n')) != NULL;
	     line = end + 1)
		aflpp_log_line(log, line, (size_t)(end - line));
	buf_release(&text);
	free(path);
	return log;
}

static const struct {
	const char *name;
	int status;
	enum engine_end end;
	const char *reason;
} rows[] = {
    {"asan-m200", EXIT(1), ENGINE_DOUBTFUL,
	"Fork server crashed with signal 6"},
    {"asanopts-bad", EXIT(1), ENGINE_MISUSED,
	"Custom ASAN_OPTIONS set without abort_on_error=1 - please fix!"},
    {"at-risk", EXIT(1), ENGINE_MISUSED,
	"At-risk data found in 'runs/aflreuse/out/default'"},
    {"bad-env", EXIT(0), ENGINE_DONE, NULL},
    {"bad-opt", EXIT(1), ENGINE_MISUSED,
	"afl-fuzz does not know an option that it was given"},
    {"core-pattern-pipe", EXIT(1), ENGINE_MISUSED,
	"Pipe at the beginning of 'core_pattern'"},
    {"core-pattern-pipe-ok", EXIT(0), ENGINE_DONE, NULL},
    {"cpufreq", EXIT(1), ENGINE_MISUSED, "Suboptimal CPU scaling governor"},
    {"cpufreq-ok", EXIT(0), ENGINE_DONE, NULL},
    {"diskfull-start", EXIT(1), ENGINE_BROKE,
	"Short read from "
	"runs/full/out/default/queue/id:000000,time:0,execs:0,orig:c"},
    {"forkserver-killed", EXIT(1), ENGINE_BROKE,
	"Unable to communicate with fork server"},
    {"held", EXIT(1), ENGINE_MISUSED,
	"Directory 'runs/aflreuse/out/default' is in use"},
    {"newer-target", EXIT(1), ENGINE_BROKE,
	"Unable to request new process from fork server (OOM?)"},
    {"no-args", EXIT(1), ENGINE_MISUSED,
	"afl-fuzz does not know an option that it was given"},
    {"noasan-m200", EXIT(0), ENGINE_DONE, NULL},
    {"out-in-same", EXIT(0), ENGINE_DONE, NULL},
    {"out-unwritable", EXIT(1), ENGINE_BROKE,
	"Unable to create '/proc/nope/out': No such file or directory"},
    {"outdir-deleted", EXIT(1), ENGINE_BROKE,
	"Unable to create 'runs/dd/default/queue/id:000027,src:000008,"
	"time:1566,execs:3658,op:havoc,rep:4': No such file or directory"},
    {"resume-4.22a", EXIT(1), ENGINE_DOUBTFUL,
	"We need at least one valid input seed that does not crash!"},
    {"same-second", EXIT(1), ENGINE_DOUBTFUL,
	"Output directory cleanup failed"},
    {"seeds-allcrash", EXIT(1), ENGINE_MISUSED,
	"We need at least one valid input seed that does not crash!"},
    {"seeds-allhang", EXIT(1), ENGINE_MISUSED,
	"Test case 'id:000000,time:0,execs:0,orig:T_pause' results in a "
	"timeout"},
    {"seeds-big", EXIT(0), ENGINE_DONE, NULL},
    {"seeds-empty", EXIT(1), ENGINE_MISUSED,
	"No usable test cases in 'seeds/empty'"},
    {"seeds-missing", EXIT(1), ENGINE_MISUSED,
	"Unable to open 'seeds/nope': No such file or directory"},
    {"seeds-somecrash", EXIT(0), ENGINE_DONE, NULL},
    {"seeds-somecrash-exit", EXIT(1), ENGINE_MISUSED,
	"As AFL_EXIT_ON_SEED_ISSUES is set, afl-fuzz exits."},
    {"seeds-zerolen", EXIT(1), ENGINE_MISUSED,
	"No usable test cases in 'seeds/zerolen'"},
    {"target-alwayscrash", EXIT(1), ENGINE_MISUSED,
	"We need at least one valid input seed that does not crash!"},
    {"target-libfuzzer", EXIT(1), ENGINE_MISUSED,
	"No instrumentation detected"},
    {"target-missing", EXIT(1), ENGINE_MISUSED,
	"Program 'bin/nope' not found or not executable"},
    {"target-needlib", EXIT(1), ENGINE_DOUBTFUL,
	"Fork server handshake failed"},
    {"target-notexec", EXIT(1), ENGINE_MISUSED,
	"Program 'seeds/parse/a' not found or not executable"},
    {"target-script", EXIT(1), ENGINE_MISUSED,
	"Program '/usr/bin/afl-whatsup' is a shell script"},
    {"target-sleepinit", EXIT(1), ENGINE_DOUBTFUL,
	"Timeout while initializing fork server (setting "
	"AFL_FORKSRV_INIT_TMOUT may help)"},
    {"target-uninstrumented", EXIT(1), ENGINE_MISUSED,
	"No instrumentation detected"},
};

static void
knows_every_recorded_end(void **state)
{
	struct engine_log *log;
	const char *reason;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		log = read_log(rows[i].name);
		print_message("# %s\n", rows[i].name);
		assert_int_equal(
		    aflpp_log_ended(log, rows[i].status, 1000, &reason),
		    rows[i].end);
		if (rows[i].reason == NULL)
			assert_null(reason);
		else
			assert_string_equal(reason, rows[i].reason);
		aflpp_log_free(log);
	}
}

static enum engine_end
end_of(const char *text, int status)
{
	struct engine_log *log = aflpp_log_new();
	const char *reason;
	enum engine_end end;

	aflpp_log_line(log, text, strlen(text));
	end = aflpp_log_ended(log, status, 100000, &reason);
	aflpp_log_free(log);
	return end;
}

static void
what_nobody_knows_may_go_better(void **state)
{
	(void)state;
	assert_int_equal(end_of("", EXIT(1)), ENGINE_BROKE);
	assert_int_equal(
	    end_of("[-] PROGRAM ABORT : Whatever", EXIT(1)), ENGINE_BROKE);
	assert_int_equal(end_of("", 9), ENGINE_BROKE);
	assert_int_equal(
	    end_of("[-] PROGRAM ABORT : Fork server crashed with signal 9",
		EXIT(1)),
	    ENGINE_BROKE);
}

/* A killed fuzzer's words are of something else: the kill is what counts. */
static void
a_killed_one_was_not_misused(void **state)
{
	(void)state;
	assert_int_equal(
	    end_of("[-] PROGRAM ABORT : No instrumentation detected", 9),
	    ENGINE_BROKE);
}

/* A queue that was good before is not bad for good. */
static void
a_failed_resume_is_doubtful(void **state)
{
	static const char words[] =
	    "[-] PROGRAM ABORT : No usable test cases in 'out/x/_resume'";
	static const char resumes[] =
	    "[+] Output directory exists, will attempt session resume.";
	struct engine_log *log = aflpp_log_new();
	const char *reason;

	(void)state;
	assert_int_equal(end_of(words, EXIT(1)), ENGINE_MISUSED);
	aflpp_log_line(log, resumes, sizeof resumes - 1);
	aflpp_log_line(log, words, sizeof words - 1);
	assert_int_equal(
	    aflpp_log_ended(log, EXIT(1), 1000, &reason), ENGINE_DOUBTFUL);
	aflpp_log_free(log);
}

/* Colours, a hidden cursor and character sets are not part of the words. */
static void
sequences_of_the_terminal_are_left_out(void **state)
{
	static const char line[] = "\x1b)B\x1b[?25h\x1b[1;91m[-] PROGRAM ABORT "
				   ": \x1b[1;97mNo \x1b[0mway\x1b[0m \x1b[";
	struct engine_log *log = aflpp_log_new();
	const char *reason;

	(void)state;
	aflpp_log_line(log, line, sizeof line - 1);
	aflpp_log_ended(log, EXIT(1), 1000, &reason);
	assert_string_equal(reason, "No way");
	aflpp_log_free(log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_every_recorded_end),
	    cmocka_unit_test(what_nobody_knows_may_go_better),
	    cmocka_unit_test(a_killed_one_was_not_misused),
	    cmocka_unit_test(a_failed_resume_is_doubtful),
	    cmocka_unit_test(sequences_of_the_terminal_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
