/* A follower's memory of what it has told. */
#include "unit.h"

#include "pf-stats/told.h"

static bool
before(struct told *t, const char *id)
{
	char line[128];
	int n = snprintf(
	    line, sizeof line, "{\"v\":1,\"id\":\"%s\",\"time\":\"\"}\n", id);

	return told_before(t, line, (size_t)n);
}

static void
knows_the_last_round_only(void **state)
{
	const char *a = "01a1fc69fb8607c0dd456d7a54da1ec8";
	struct told t = {0};

	(void)state;
	assert_false(before(&t, a));
	/* Two fuzzers may say the same in one round. */
	assert_false(before(&t, a));
	told_next_round(&t);
	assert_true(before(&t, a));
	told_next_round(&t);
	assert_true(before(&t, a));
	told_next_round(&t);
	told_next_round(&t);
	assert_false(before(&t, a));
	told_release(&t);
}

static void
tells_many_apart(void **state)
{
	struct told t = {0};
	char id[33];
	unsigned i;

	(void)state;
	for (i = 0; i < 5000; i++) {
		snprintf(id, sizeof id, "01a1fc69fb86%08xdd456d7a54da",
		    i * 2654435761u);
		assert_false(before(&t, id));
	}
	told_next_round(&t);
	for (i = 0; i < 5000; i++) {
		snprintf(id, sizeof id, "01a1fc69fb86%08xdd456d7a54da",
		    i * 2654435761u);
		assert_true(before(&t, id));
	}
	/* The same facts a minute later are others. */
	assert_false(before(&t, "01a1fc69ffff00000000dd456d7a54da"));
	told_release(&t);
}

static bool
before_line(struct told *t, const char *id, const char *rest)
{
	char line[160];
	int n = snprintf(
	    line, sizeof line, "{\"v\":1,\"id\":\"%s\",%s}\n", id, rest);

	return told_before(t, line, (size_t)n);
}

static void
passes_over_a_size_that_was_measured_anew(void **state)
{
	const char *a = "01a1fc69fb8607c0dd456d7a54da1ec8";
	const char *b = "01a1fc69fb86ffffdd456d7a54da1ec8";
	struct told t = {0};

	(void)state;
	assert_false(
	    before_line(&t, a, "\"data\":{\"pid\":7,\"rss_bytes\":4096}"));
	told_next_round(&t);
	assert_true(
	    before_line(&t, b, "\"data\":{\"pid\":7,\"rss_bytes\":12288}"));
	assert_false(
	    before_line(&t, b, "\"data\":{\"pid\":8,\"rss_bytes\":4096}"));
	assert_false(before_line(&t, b,
	    "\"data\":{\"pid\":7,\"rss_bytes\":4096,\"version\":\"5\"}"));
	told_release(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_the_last_round_only),
	    cmocka_unit_test(tells_many_apart),
	    cmocka_unit_test(passes_over_a_size_that_was_measured_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
