/* What is remembered of frames is what the rules say of them. */
#include "unit.h"

#include <string.h>

#include "libcrash/frame_memo.h"
#include "libcrash/rules.h"

static struct frame
frame(const char *function, const char *file)
{
	struct frame f = {0};

	f.function = span_text(function);
	if (file != NULL)
		f.file = span_text(file);
	return f;
}

static void
knows_what_was_put(void **state)
{
	struct frame_memo *memo = frame_memo_new();
	struct frame f = frame("read_all(int)", "/a/io.c");
	struct frame_verdict v = {.name = SPAN("read_all"), .skip = "a rule"};
	const struct frame_verdict *known;

	(void)state;
	frame_memo_use(memo, NULL);
	assert_null(frame_memo_get(memo, &f));
	frame_memo_put(memo, &f, &v);
	known = frame_memo_get(memo, &f);
	assert_non_null(known);
	assert_true(span_is(known->name, "read_all"));
	assert_string_equal(known->skip, "a rule");
	frame_memo_free(memo);
}

/* "ab" in "c" is not "a" in "bc"; a module is not a file. */
static void
tells_frames_apart(void **state)
{
	struct frame_memo *memo = frame_memo_new();
	struct frame f = frame("ab", "c"), other = frame("a", "bc");
	struct frame_verdict v = {.name = SPAN("ab")};

	(void)state;
	frame_memo_put(memo, &f, &v);
	assert_null(frame_memo_get(memo, &other));
	other = frame("ab", NULL);
	other.module = SPAN("c");
	assert_null(frame_memo_get(memo, &other));
	frame_memo_free(memo);
}

static void
forgets_with_other_rules(void **state)
{
	struct frame_memo *memo = frame_memo_new();
	struct rules *rules = rules_default();
	struct frame f = frame("ab", "c");
	struct frame_verdict v = {.name = SPAN("ab")};

	(void)state;
	frame_memo_put(memo, &f, &v);
	frame_memo_use(memo, rules);
	assert_null(frame_memo_get(memo, &f));
	frame_memo_free(memo);
	rules_free(rules);
}

/* The texts of frames come and go, and there are more than it has room for. */
static void
keeps_its_own_texts(void **state)
{
	struct frame_memo *memo = frame_memo_new();
	char name[32];
	unsigned i, known = 0;

	(void)state;
	for (i = 0; i < 20000; i++) {
		struct frame f;
		struct frame_verdict v = {0};

		snprintf(name, sizeof name, "function_%u", i);
		f = frame(name, NULL);
		v.name = span_text(name);
		frame_memo_put(memo, &f, &v);
	}
	for (i = 0; i < 20000; i++) {
		const struct frame_verdict *v;
		struct frame f;

		snprintf(name, sizeof name, "function_%u", i);
		f = frame(name, NULL);
		v = frame_memo_get(memo, &f);
		if (v == NULL)
			continue;
		known++;
		assert_true(span_is(v->name, name));
	}
	assert_true(known > 1000);
	frame_memo_free(memo);
}

static void
passes_over_long_frames(void **state)
{
	struct frame_memo *memo = frame_memo_new();
	static char name[4096];
	struct frame f;
	struct frame_verdict v = {0};

	(void)state;
	memset(name, 'a', sizeof name - 1);
	f = frame(name, NULL);
	v.name = span_text(name);
	frame_memo_put(memo, &f, &v);
	assert_null(frame_memo_get(memo, &f));
	frame_memo_free(memo);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_what_was_put),
	    cmocka_unit_test(tells_frames_apart),
	    cmocka_unit_test(forgets_with_other_rules),
	    cmocka_unit_test(keeps_its_own_texts),
	    cmocka_unit_test(passes_over_long_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
