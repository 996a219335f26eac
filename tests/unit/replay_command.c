/* The words and the environment that a target is run with. */
#include "unit.h"

#include "pf-replay/command.h"

static char program[] = "./t";

static void
expect_words(char *const command[], enum style style, uint64_t memory,
    bool on_stdin, const char *joined)
{
	struct strvec argv = STRVEC_INIT;
	char text[256] = "";

	assert_int_equal(command_words(&argv, "/bin/t", command, "dir/in put",
			     style, memory),
	    on_stdin);
	for (size_t i = 0; i < argv.count; i++) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof text - n, "%s|", argv.item[i]);
	}
	assert_string_equal(text, joined);
	strvec_release(&argv);
}

static void
places_the_input(void **state)
{
	char at[] = "@@", inside[] = "--in=@@:@@", plain[] = "-x",
	     limit[] = "-rss_limit_mb=7";
	char *none[] = {program, plain, NULL}, *one[] = {program, at, NULL},
	     *two[] = {program, inside, plain, NULL},
	     *limited[] = {program, limit, NULL};

	(void)state;
	expect_words(none, STYLE_STDIN, 0, true, "/bin/t|-x|");
	expect_words(none, STYLE_ARGUMENT, 0, false, "/bin/t|-x|dir/in put|");
	expect_words(one, STYLE_STDIN, 0, false, "/bin/t|dir/in put|");
	expect_words(two, STYLE_ARGUMENT, 0, false,
	    "/bin/t|--in=dir/in put:dir/in put|-x|");
	expect_words(none, STYLE_LIBFUZZER, (UINT64_C(64) << 20) + 1, false,
	    "/bin/t|-x|-rss_limit_mb=65|dir/in put|");
	expect_words(limited, STYLE_LIBFUZZER, UINT64_C(64) << 20, false,
	    "/bin/t|-rss_limit_mb=7|dir/in put|");
	/* Only libFuzzer knows that word. */
	expect_words(none, STYLE_STDIN, UINT64_C(64) << 20, true, "/bin/t|-x|");
}

static void
knows_its_styles(void **state)
{
	enum style style = STYLE_AUTO;

	(void)state;
	assert_true(style_named("stdin", &style));
	assert_int_equal(style, STYLE_STDIN);
	assert_true(style_named("auto", &style));
	assert_false(style_named("", &style));
	assert_int_equal(style_recognize("/bin/true"), STYLE_STDIN);
	assert_int_equal(style_recognize("/nowhere"), STYLE_STDIN);
}

/* The last of two values counts to a sanitizer. */
static void
lets_the_caller_say_what_a_report_does_not_need(void **state)
{
	struct strvec env = STRVEC_INIT;
	const char *all, *own, *leaks;

	(void)state;
	strvec_add(&env, "ASAN_OPTIONS=detect_leaks=0:symbolize=0");
	strvec_add(&env, "RUST_BACKTRACE=full");
	command_sanitizers(&env, false, "/bin/symbolizer");
	all = strvec_env_get(&env, "ASAN_OPTIONS");
	own = strstr(all, "detect_leaks=0:symbolize=0");
	leaks = strstr(all, "detect_leaks=1");
	assert_true(leaks != NULL && own > leaks);
	assert_non_null(strstr(own + 1, "symbolize=1"));
	assert_non_null(
	    strstr(own, ":external_symbolizer_path=/bin/symbolizer"));
	assert_string_equal(strvec_env_get(&env, "RUST_BACKTRACE"), "full");
	for (size_t i = 0; command_sanitizer_names[i] != NULL; i++)
		assert_non_null(
		    strvec_env_get(&env, command_sanitizer_names[i]));
	strvec_release(&env);
}

/* A hang gets SIGABRT: who does not handle it has no trace of it. */
static void
has_every_runtime_tell_of_an_abort(void **state)
{
	struct strvec env = STRVEC_INIT;

	(void)state;
	command_sanitizers(&env, false, NULL);
	for (size_t i = 0; command_sanitizer_names[i] != NULL; i++)
		assert_non_null(
		    strstr(strvec_env_get(&env, command_sanitizer_names[i]),
			"handle_abort=1"));
	strvec_release(&env);
}

static void
unwinds_where_memory_is_allocated(void **state)
{
	struct strvec env = STRVEC_INIT;

	(void)state;
	strvec_env_set(&env, "ASAN_OPTIONS", "a=1");
	command_unwind(&env);
	assert_string_equal(strvec_env_get(&env, "ASAN_OPTIONS"),
	    "a=1:fast_unwind_on_malloc=0");
	assert_string_equal(
	    strvec_env_get(&env, "LSAN_OPTIONS"), "fast_unwind_on_malloc=0");
	strvec_release(&env);
}

static void
runs_as_aflpp_does(void **state)
{
	struct strvec env = STRVEC_INIT;

	(void)state;
	command_sanitizers(&env, true, NULL);
	assert_non_null(strstr(strvec_env_get(&env, "ASAN_OPTIONS"),
	    "detect_leaks=0:allocator_may_return_null=1"));
	assert_null(
	    strstr(strvec_env_get(&env, "ASAN_OPTIONS"), "symbolizer_"));
	assert_null(strstr(strvec_env_get(&env, "UBSAN_OPTIONS"), "leaks"));
	strvec_release(&env);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(places_the_input),
	    cmocka_unit_test(knows_its_styles),
	    cmocka_unit_test(lets_the_caller_say_what_a_report_does_not_need),
	    cmocka_unit_test(has_every_runtime_tell_of_an_abort),
	    cmocka_unit_test(unwinds_where_memory_is_allocated),
	    cmocka_unit_test(runs_as_aflpp_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
