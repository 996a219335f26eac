/* How each afl-fuzz of a job is called. */
#include "unit.h"

#include <fcntl.h>

#include "libengine/aflpp.h"
#include "mem.h"

#define ALL ((1U << AFLPP_WORDS) - 1)

static char *target[] = {
    (char[]){"/t"}, (char[]){"--in"}, (char[]){"@@"}, NULL};
static char *variants[] = {(char[]){"/t.asan"}, (char[]){"/t.ubsan"}, NULL};
static char *foreign[] = {(char[]){"/f1"}, (char[]){"/f2"}, NULL};

static struct engine_job
job_of(unsigned instances)
{
	return (struct engine_job){.target = target,
	    .directory = "/nowhere",
	    .seeds = "/s",
	    .instances = instances,
	    .timeout_ms = 1000};
}

/* The words from "-o" on, joined by blanks; freed by the caller. */
static char *
words_of(const struct engine_job *job, unsigned number, unsigned words)
{
	struct strvec argv = STRVEC_INIT, env = STRVEC_INIT;
	struct buf text = BUF_INIT;
	size_t i;

	aflpp_command_for(job, number, words, &argv, &env);
	for (i = 4; i < argv.count; i++)
		buf_addf(&text, "%s%s", i > 4 ? " " : "", argv.item[i]);
	strvec_release(&argv);
	strvec_release(&env);
	return buf_take(&text);
}

static void
is(const struct engine_job *job, unsigned number, unsigned words,
    const char *want)
{
	char *got = words_of(job, number, words);

	assert_string_equal(got, want);
	free(got);
}

static void
alone_it_has_afls_own_name(void **state)
{
	struct engine_job job = job_of(1);

	(void)state;
	is(&job, 0, ALL, "/nowhere/out -m none -t 1000+ -- /t --in @@");
	job.dictionary = "/d";
	job.cmplog = "/t.cmplog";
	is(&job, 0, ALL,
	    "/nowhere/out -m none -t 1000+ -x /d -c /t.cmplog -- /t --in @@");
}

static void
secondaries_differ(void **state)
{
	struct engine_job job = job_of(6);

	(void)state;
	is(&job, 0, ALL, "/nowhere/out -M main -m none -t 1000+ -- /t --in @@");
	is(&job, 1, ALL,
	    "/nowhere/out -S s01 -p explore -m none -t 1000+ -- /t --in @@");
	is(&job, 3, ALL,
	    "/nowhere/out -S s03 -p lin -L 0 -m none -t 1000+ -- /t --in @@");
	is(&job, 5, ALL,
	    "/nowhere/out -S s05 -p exploit -Z -m none -t 1000+ -- /t --in "
	    "@@");
	is(&job, 5, 0,
	    "/nowhere/out -S s05 -p exploit -m none -t 1000+ -- /t --in @@");
}

static void
builds_have_an_instance_each(void **state)
{
	struct engine_job job = job_of(4);

	(void)state;
	job.cmplog = "/t.cmplog";
	job.variants = variants;
	is(&job, 0, ALL, "/nowhere/out -M main -m none -t 1000+ -- /t --in @@");
	is(&job, 1, ALL,
	    "/nowhere/out -S s01 -p explore -m none -t 1000+ -c /t.cmplog -l "
	    "2AT -- /t --in @@");
	is(&job, 2, ALL,
	    "/nowhere/out -S s02 -p coe -m none -t 1000+ -- /t.asan --in @@");
	is(&job, 3, 0,
	    "/nowhere/out -S s03 -p lin -m none -t 1000+ -- /t.ubsan --in @@");
	job.instances = 5;
	is(&job, 4, ALL,
	    "/nowhere/out -S s04 -p quad -m none -t 1000+ -- /t --in @@");
	assert_int_equal(aflpp_instances_needed(true, 2), 4);
	assert_int_equal(aflpp_instances_needed(false, 2), 3);
	assert_int_equal(aflpp_instances_needed(true, 0), 1);
}

/* -F is for a main instance only, which one alone has to be then. */
static void
corpora_of_others_go_to_the_main_one(void **state)
{
	struct engine_job job = job_of(1);

	(void)state;
	job.foreign = foreign;
	is(&job, 0, ALL,
	    "/nowhere/out -M main -m none -t 1000+ -F /f1 -F /f2 -- /t --in "
	    "@@");
	job.instances = 2;
	is(&job, 1, ALL,
	    "/nowhere/out -S s01 -p explore -m none -t 1000+ -- /t --in @@");
}

/* The environment's value, or "" without one. */
static void
env_is(unsigned words, const char *given, const char *name, const char *want)
{
	struct strvec argv = STRVEC_INIT, env = STRVEC_INIT;
	struct engine_job job = job_of(1);
	const char *got;

	if (given != NULL)
		strvec_add(&env, given);
	aflpp_command_for(&job, 0, words, &argv, &env);
	got = strvec_env_get(&env, name);
	assert_string_equal(got == NULL ? "" : got, want);
	strvec_release(&argv);
	strvec_release(&env);
}

static void
only_known_variables_are_set(void **state)
{
	(void)state;
	env_is(ALL, NULL, "AFL_AUTORESUME", "1");
	env_is(ALL, NULL, "AFL_FORKSRV_INIT_TMOUT", "30000");
	env_is(ALL, NULL, "AFL_NO_FASTRESUME", "1");
	env_is(0, NULL, "AFL_AUTORESUME", "1");
	env_is(0, NULL, "AFL_FORKSRV_INIT_TMOUT", "");
	env_is(0, NULL, "AFL_NO_FASTRESUME", "");
}

static void
the_users_own_variables_win(void **state)
{
	(void)state;
	env_is(ALL, "AFL_FORKSRV_INIT_TMOUT=7", "AFL_FORKSRV_INIT_TMOUT", "7");
	env_is(ALL, "AFL_NO_UI=0", "AFL_NO_UI", "0");
	env_is(ALL, "AFL_TRY_AFFINITY=1", "AFL_NO_AFFINITY", "");
}

/* afl-fuzz aborts when one of these is set without what it needs. */
static void
sanitizer_options_are_completed(void **state)
{
	(void)state;
	env_is(ALL, NULL, "ASAN_OPTIONS", "");
	env_is(ALL, "ASAN_OPTIONS=detect_leaks=0", "ASAN_OPTIONS",
	    "detect_leaks=0:abort_on_error=1:symbolize=0");
	env_is(ALL, "MSAN_OPTIONS=x=1", "MSAN_OPTIONS",
	    "x=1:exit_code=86:symbolize=0");
}

static unsigned
words_in(const void *bytes, size_t n)
{
	char name[] = "/tmp/aflpp_command.XXXXXX";
	int fd = mkstemp(name);
	unsigned words;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	words = aflpp_words(name);
	unlink(name);
	close(fd);
	return words;
}

static void
what_it_knows_is_in_its_file(void **state)
{
	static const char some[] =
	    "\x7f"
	    "ELF\0  -F path   - sync\n\0AFL_FORKSRV_INIT_TMOUT";
	static const char script[] = "#!/bin/sh\nexec afl-fuzz-4.04c \"$@\"\n";
	unsigned words = words_in(some, sizeof some);

	(void)state;
	assert_int_equal(words, 1U << AFLPP_FOREIGN | 1U << AFLPP_INIT_TIMEOUT);
	words = words_in(script, sizeof script - 1);
	assert_true(aflpp_knows(words, AFLPP_FOREIGN));
	assert_false(aflpp_knows(words, AFLPP_NO_FASTRESUME));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(alone_it_has_afls_own_name),
	    cmocka_unit_test(secondaries_differ),
	    cmocka_unit_test(builds_have_an_instance_each),
	    cmocka_unit_test(corpora_of_others_go_to_the_main_one),
	    cmocka_unit_test(only_known_variables_are_set),
	    cmocka_unit_test(the_users_own_variables_win),
	    cmocka_unit_test(sanitizer_options_are_completed),
	    cmocka_unit_test(what_it_knows_is_in_its_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
