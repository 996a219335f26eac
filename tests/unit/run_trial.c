/* What is made of one run of a seed. */
#include "unit.h"

#include <signal.h>

#include "pf-run/trial_run.h"

#define EXIT(code) ((code) << 8)

static void
is(int status, bool killed, const char *output, enum trial_verdict want,
    const char *how)
{
	struct buf text = BUF_INIT;
	char *got;

	buf_add_str(&text, output);
	assert_int_equal(trial_verdict_of(status, killed, &text, &got), want);
	if (how == NULL)
		assert_null(got);
	else
		assert_string_equal(got, how);
	free(got);
	buf_release(&text);
}

static void
a_refused_input_is_no_crash(void **state)
{
	(void)state;
	is(EXIT(0), false, "", TRIAL_OK, NULL);
	is(EXIT(1), false, "bad input\n", TRIAL_OK, NULL);
	/* UBSan goes on after a report unless it is told not to. */
	is(EXIT(0), false, "x.c:1: runtime error: shift\n", TRIAL_OK, NULL);
}

static void
a_crash_has_the_sanitizers_words_or_its_signal(void **state)
{
	(void)state;
	is(SIGSEGV, false, "", TRIAL_CRASHED, "SIGSEGV");
	is(SIGABRT, false, "x\nSUMMARY: AddressSanitizer: SEGV x.c:3\nABORTING",
	    TRIAL_CRASHED, "AddressSanitizer: SEGV x.c:3");
	is(EXIT(1), false, "==1==ERROR\nSUMMARY: MemorySanitizer: x\n",
	    TRIAL_CRASHED, "MemorySanitizer: x");
	is(EXIT(1), false, "x.c:1:2: runtime error: shift exponent\n",
	    TRIAL_CRASHED, "shift exponent");
	is(EXIT(71), false, "SUMMARY: libFuzzer: out-of-memory\n",
	    TRIAL_CRASHED, "libFuzzer: out-of-memory");
}

static void
too_long_is_a_hang_whoever_says_so(void **state)
{
	(void)state;
	is(SIGKILL, true, "SUMMARY: x\n", TRIAL_HUNG, NULL);
	is(EXIT(70), false, "SUMMARY: libFuzzer: timeout\n", TRIAL_HUNG, NULL);
	/* Somebody else's kill is not ours. */
	is(SIGKILL, false, "", TRIAL_CRASHED, "SIGKILL");
}

static void
what_cannot_be_loaded_does_not_start(void **state)
{
	static const char said[] =
	    "./t: error while loading shared libraries: libx.so: cannot open\n";

	(void)state;
	is(EXIT(127), false, said, TRIAL_NOT_STARTED, "libx.so: cannot open");
	is(EXIT(1), false, said, TRIAL_OK, NULL);
	is(EXIT(127), false, "", TRIAL_OK, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_refused_input_is_no_crash),
	    cmocka_unit_test(a_crash_has_the_sanitizers_words_or_its_signal),
	    cmocka_unit_test(too_long_is_a_hang_whoever_says_so),
	    cmocka_unit_test(what_cannot_be_loaded_does_not_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
