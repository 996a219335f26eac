/* What somebody may have meant. */
#include "unit.h"

#include "pf-job/nearest.h"

static const char *const words[] = {
    "duration", "corpus-max-count", "corpus-max-bytes", "env", "tiers", NULL};

static void
finds_what_is_near(void **state)
{
	(void)state;
	assert_string_equal(nearest(words, "durration"), "duration");
	assert_string_equal(nearest(words, "Duration"), "duration");
	assert_string_equal(nearest(words, "tier"), "tiers");
	assert_string_equal(
	    nearest(words, "corpus_max_count"), "corpus-max-count");
	assert_string_equal(
	    nearest(words, "corpus_max_bytes"), "corpus-max-bytes");
	assert_string_equal(nearest(words, "envs"), "env");
}

static void
finds_nothing_far_away(void **state)
{
	(void)state;
	assert_null(nearest(words, ""));
	assert_null(nearest(words, "x"));
	assert_null(nearest(words, "een"));
	assert_null(nearest(words, "memory"));
	assert_null(nearest(words, "durationduration"));
	assert_null(nearest(words, "an-entirely-too-long-word-for-any-of-it"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_what_is_near),
	    cmocka_unit_test(finds_nothing_far_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
