/* Runs into verdicts: pf-replay's verdict.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those four. */
#include <cmocka.h>

#include "pf-replay/verdict.h"

#define RUN(end, group, symbolized, signal)                     \
	{                                                       \
		OUTCOME_##end, group, symbolized, signal, false \
	}
#define CRASH(group) RUN(CRASH, group, true, 11)
#define CLEAN RUN(CLEAN, "", false, 0)
#define SLOW RUN(TIMEOUT, "", false, 0)
#define BROKEN RUN(ERROR, "", false, 0)

static const struct expectation nothing = {0};
static const struct expectation crash = {true, false, CRASH("a")};
static const struct expectation hang = {true, true, CRASH("")};

/* clang-format off */
static const struct {
	struct sighting runs[3];
	const struct expectation *expected;
	enum verdict verdict;
} cases[] = {
	{{CRASH("a"), CRASH("a"), CRASH("a")}, &nothing, VERDICT_SAME},
	{{CRASH("a"), CRASH("a"), CRASH("a")}, &crash, VERDICT_SAME},
	{{CRASH("b"), CRASH("b"), CRASH("b")}, &crash, VERDICT_OTHER},
	{{CRASH("b"), CRASH("b"), CRASH("b")}, &nothing, VERDICT_SAME},
	{{CRASH("a"), CRASH("b"), CRASH("a")}, &crash, VERDICT_FLAKY},
	{{CRASH("a"), CLEAN, CRASH("a")}, &crash, VERDICT_FLAKY},
	{{CLEAN, CLEAN, CLEAN}, &crash, VERDICT_CLEAN},
	{{CLEAN, CLEAN, CLEAN}, &hang, VERDICT_CLEAN},
	/* What could not be run is never clean, and never a crash. */
	{{CLEAN, CLEAN, BROKEN}, &crash, VERDICT_ERROR},
	{{CRASH("a"), CRASH("a"), BROKEN}, &crash, VERDICT_ERROR},
	/* A time limit shows a hang, and nothing of another crash. */
	{{SLOW, SLOW, SLOW}, &hang, VERDICT_SAME},
	{{SLOW, SLOW, SLOW}, &nothing, VERDICT_SAME},
	{{SLOW, SLOW, SLOW}, &crash, VERDICT_ERROR},
	{{CRASH("a"), SLOW, CRASH("a")}, &crash, VERDICT_ERROR},
	{{CRASH("a"), CRASH("a"), CRASH("a")}, &hang, VERDICT_OTHER},
	{{SLOW, CLEAN, SLOW}, &hang, VERDICT_FLAKY},
};
/* clang-format on */

static void
test_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum verdict got =
		    verdict_of(cases[i].runs, 3, cases[i].expected);

		if (got != cases[i].verdict)
			fail_msg("case %zu: %s, not %s", i, verdict_name(got),
			    verdict_name(cases[i].verdict));
	}
	assert_int_equal(verdict_of(NULL, 0, &crash), VERDICT_ERROR);
}

/* An event from a node without a symbolizer has offsets for names. */
static void
test_names_and_offsets_are_not_compared(void **state)
{
	struct sighting named = CRASH("a"), bare = CRASH("b");

	(void)state;
	bare.symbolized = false;
	assert_true(sighting_same(&named, &bare));
	bare.signal = 6;
	assert_false(sighting_same(&named, &bare));
	bare.signal = 0;
	assert_true(sighting_same(&named, &bare));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_verdicts),
	    cmocka_unit_test(test_names_and_offsets_are_not_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
