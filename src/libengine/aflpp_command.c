/* The command line and the environment of each afl-fuzz. */
#include <sys/stat.h>

#include "aflpp.h"
#include "mem.h"

/*
 * Secondaries take these in turn, so that no two instances work alike; the
 * names are those that 2.68c knows too (docs/fuzzing_in_depth.md: other power
 * schedules for all, MOpt for a quarter, the old queue cycling for a few).
 */
static const struct {
	const char *schedule;
	bool mopt, sequential;
} variations[] = {
    {"explore", false, false},
    {"coe", false, false},
    {"lin", true, false},
    {"quad", false, false},
    {"exploit", false, true},
    {"rare", false, false},
    {"explore", true, false},
    {"fast", false, true},
};

#define VARIATIONS (sizeof variations / sizeof variations[0])

unsigned
aflpp_instances_needed(bool cmplog, unsigned variants)
{
	if (variants == 0)
		return 1;
	return 1 + cmplog + variants;
}

/*
 * Alone it has afl-fuzz's own name for it, "default". Foreign directories are
 * read by a main instance only; and where there was one before, it is what
 * goes on.
 */
static bool
is_alone(const struct engine_job *job)
{
	char *earlier;
	bool had_main;

	if (job->instances > 1 || job->foreign != NULL)
		return false;
	if (job->directory == NULL)
		return true;
	earlier = mem_printf("%s/out/main/queue", job->directory);
	had_main = access(earlier, F_OK) == 0;
	free(earlier);
	return !had_main;
}

char *
aflpp_instance(const struct engine_job *job, unsigned number)
{
	if (is_alone(job))
		return mem_dup("default");
	return number == 0 ? mem_dup("main") : mem_printf("s%02u", number);
}

static bool
takes_cmplog(const struct engine_job *job, unsigned number)
{
	return job->cmplog != NULL && number == (job->instances > 1);
}

/* The build that this instance fuzzes. */
static const char *
build_of(const struct engine_job *job, unsigned number)
{
	unsigned first = 1 + (job->cmplog != NULL), i;

	if (job->variants == NULL || number < first)
		return job->target[0];
	for (i = first; i < number && job->variants[i - first] != NULL; i++)
		;
	return job->variants[i - first] != NULL ? job->variants[i - first]
						: job->target[0];
}

static void
add_target(const struct engine_job *job, unsigned number, struct strvec *argv)
{
	strvec_add(argv, "--");
	strvec_add(argv, build_of(job, number));
	strvec_add_all(argv, job->target + 1);
}

/* Who it is among the instances and how it differs from them. */
static void
add_role(const struct engine_job *job, unsigned number, unsigned words,
    struct strvec *argv)
{
	size_t i = (number - 1) % VARIATIONS;
	char *name;

	if (!is_alone(job)) {
		name = aflpp_instance(job, number);
		strvec_add(argv, number == 0 ? "-M" : "-S");
		strvec_add(argv, name);
		free(name);
	}
	if (number == 0)
		return;
	strvec_add(argv, "-p");
	strvec_add(argv, variations[i].schedule);
	if (variations[i].mopt && aflpp_knows(words, AFLPP_MOPT)) {
		strvec_add(argv, "-L");
		strvec_add(argv, "0");
	}
	if (variations[i].sequential && aflpp_knows(words, AFLPP_SEQUENTIAL))
		strvec_add(argv, "-Z");
}

static void
add_help(const struct engine_job *job, unsigned number, unsigned words,
    struct strvec *argv)
{
	char *const *from;

	if (job->dictionary != NULL) {
		strvec_add(argv, "-x");
		strvec_add(argv, job->dictionary);
	}
	if (takes_cmplog(job, number) && aflpp_knows(words, AFLPP_CMPLOG)) {
		/* Also when it is the target itself: "-c 0", which says so, is
		 * a file's name to 2.68c. */
		strvec_add(argv, "-c");
		strvec_add(argv, job->cmplog);
		if (number > 0 && aflpp_knows(words, AFLPP_CMPLOG_LEVEL)) {
			strvec_add(argv, "-l");
			strvec_add(argv, "2AT");
		}
	}
	if (number == 0 && aflpp_knows(words, AFLPP_FOREIGN))
		for (from = job->foreign; from != NULL && *from != NULL;
		     from++) {
			strvec_add(argv, "-F");
			strvec_add(argv, *from);
		}
}

/*
 * afl-fuzz insists on some sanitizer options where any are set (check_asan_opts
 * in afl-fuzz-init.c), and sets good ones itself where none are. UBSan's it
 * does not look at, but without a signal it sees no crash.
 */
static void
complete_sanitizer_options(struct strvec *env)
{
	static const struct {
		const char *name, *needed;
	} rows[] = {
	    {"ASAN_OPTIONS", "abort_on_error=1:symbolize=0"},
	    {"LSAN_OPTIONS", "symbolize=0"},
	    {"MSAN_OPTIONS", "exit_code=86:symbolize=0"},
	    {"UBSAN_OPTIONS", "abort_on_error=1:symbolize=0"},
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *set = strvec_env_get(env, rows[i].name);
		char *whole;

		if (set == NULL)
			continue;
		whole = mem_printf("%s:%s", set, rows[i].needed);
		strvec_env_set(env, rows[i].name, whole);
		free(whole);
	}
}

/* What the user has set himself stays. */
static void
set_unless_set(struct strvec *env, const char *name, const char *value)
{
	if (strvec_env_get(env, name) == NULL)
		strvec_env_set(env, name, value);
}

/* It gives the fork server ten times -t, which is little for a small one. */
static void
set_init_timeout(const struct engine_job *job, struct strvec *env)
{
	int64_t ms = 10 * job->timeout_ms;
	char *value = mem_printf("%lld", (long long)(ms < 30000 ? 30000 : ms));

	set_unless_set(env, "AFL_FORKSRV_INIT_TMOUT", value);
	free(value);
}

static void
complete_environment(
    const struct engine_job *job, unsigned words, struct strvec *env)
{
	/* Known to 2.68c and all since. */
	set_unless_set(env, "AFL_NO_UI", "1");
	set_unless_set(env, "AFL_SKIP_CPUFREQ", "1");
	set_unless_set(env, "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "1");
	if (strvec_env_get(env, "AFL_TRY_AFFINITY") == NULL)
		set_unless_set(env, "AFL_NO_AFFINITY", "1");
	/* Without it a second start deletes the queue and the crashes. */
	set_unless_set(env, "AFL_AUTORESUME", "1");
	if (aflpp_knows(words, AFLPP_INIT_TIMEOUT))
		set_init_timeout(job, env);
	/* 4.22a's quick way to resume refuses good queues now and then. */
	if (aflpp_knows(words, AFLPP_NO_FASTRESUME))
		set_unless_set(env, "AFL_NO_FASTRESUME", "1");
	complete_sanitizer_options(env);
}

void
aflpp_command_for(const struct engine_job *job, unsigned number, unsigned words,
    struct strvec *argv, struct strvec *env)
{
	strvec_add(argv, "afl-fuzz");
	strvec_add(argv, "-i");
	strvec_add(argv, job->seeds);
	strvec_add(argv, "-o");
	strvec_addf(argv, "%s/out", job->directory);
	add_role(job, number, words, argv);
	strvec_add(argv, "-m");
	strvec_add(argv, "none");
	/* The plus: a seed that takes longer is skipped, not an abort. */
	strvec_add(argv, "-t");
	strvec_addf(argv, "%lld+", (long long)job->timeout_ms);
	add_help(job, number, words, argv);
	add_target(job, number, argv);
	complete_environment(job, words, env);
}

void
aflpp_command(const struct engine_job *job, unsigned number,
    struct strvec *argv, struct strvec *env)
{
	aflpp_command_for(job, number, aflpp_installed_words(), argv, env);
}

/*
 * afl-cmin is a script that puts paths unquoted into commands for the shell,
 * and that gives up when the last input crashes. So it is given plain names in
 * its own working directory, and only inputs that afl-showmap got a trace of
 * (those that crash or hang leave an empty one).
 *
 *	$1 from, $2 to, $3 milliseconds, $4 the program, $5 ... its arguments
 */
static const char minimize_script[] =
    "set -eu\n"
    "from=$1 to=$2 limit=$3 program=$4\n"
    "shift 4\n"
    "cd -- \"$to\"\n"
    "mkdir .work\n"
    "cd .work\n"
    "mkdir in\n"
    "ln -s -- \"$program\" target\n"
    /* Its exit status is that of the last input. */
    "afl-showmap -q -Z -m none -t \"$limit\" -i \"$from\" -o traces "
    "-- ./target \"$@\" >/dev/null || :\n"
    "n=0\n"
    "for input in \"$from\"/*; do\n"
    "	n=$((n + 1))\n"
    "	[ ! -s \"traces/${input##*/}\" ] ||\n"
    "		ln -- \"$input\" in/$n 2>/dev/null ||\n"
    "		cp -- \"$input\" in/$n\n"
    "done\n"
    "rm -r traces\n"
    "afl-cmin -m none -t \"$limit\" -i in -o out -- ./target \"$@\"\n"
    "n=0\n"
    "for input in \"$from\"/*; do\n"
    "	n=$((n + 1))\n"
    "	[ ! -e out/$n ] || mv -- out/$n \"../${input##*/}\"\n"
    "done\n"
    "cd ..\n"
    "rm -r .work\n";

void
aflpp_minimize(const struct engine_job *job, unsigned number, const char *from,
    const char *to, struct strvec *argv, struct strvec *env)
{
	strvec_add(argv, "/bin/sh");
	strvec_add(argv, "-c");
	strvec_add(argv, minimize_script);
	strvec_add(argv, "pf-run-minimize");
	strvec_add(argv, from);
	strvec_add(argv, to);
	strvec_addf(argv, "%lld", (long long)job->timeout_ms);
	strvec_add(argv, build_of(job, number));
	strvec_add_all(argv, job->target + 1);
	set_unless_set(env, "AFL_ALLOW_TMP", "1");
	complete_sanitizer_options(env);
}
