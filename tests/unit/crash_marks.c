/* Many words looked for at once: marks.h. */
#include "unit.h"

#include <string.h>

#include "libcrash/marks.h"

static const char *const words[] = {"abcd", "bcde", "ERROR: ", "error: x",
    "error: xy", "dddd", "\xff\xfe\xfd\xfc"};

#define COUNT (sizeof words / sizeof words[0])

static struct marks *marks;

static int
set_up(void **state)
{
	(void)state;
	marks = marks_new(4);
	for (size_t i = 0; i < COUNT; i++)
		marks_add(marks, words[i], (int)i);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	marks_free(marks);
	return 0;
}

/* The value of the first word of `text`, as *at; -1: none. */
static int
found(const char *text, size_t *at)
{
	int value;

	if (!marks_find(marks, span_text(text), at, &value))
		return -1;
	return value;
}

static void
test_first_word_wins(void **state)
{
	size_t at;

	(void)state;
	assert_int_equal(found("xxabcde", &at), 0);
	assert_int_equal(at, 2);
	assert_int_equal(found("xxbcde", &at), 1);
	assert_int_equal(found("==1==ERROR: error: x", &at), 2);
	assert_int_equal(at, 5);
	/* At one place the one that was added first. */
	assert_int_equal(found("error: xy", &at), 3);
	assert_int_equal(found("\xff\xff\xfe\xfd\xfc", &at), 6);
	assert_int_equal(at, 1);
}

static void
test_none(void **state)
{
	static const char *const none[] = {
	    "", "a", "abc", "abxcd", "ERROR:", "ddd", "error: "};
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_int_equal(found(none[i], &at), -1);
}

/* Every word at every place, in every rest of a text. */
static void
test_no_place_is_skipped(void **state)
{
	char text[24];
	size_t at;

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		for (size_t k = 0; k + strlen(words[i]) < sizeof text; k++) {
			int value;

			memset(text, 'd' - (k % 4 == 3), sizeof text - 1);
			memset(text, 'c', k);
			text[sizeof text - 1] = '\0';
			memcpy(text + k, words[i], strlen(words[i]));
			if (i == 5)
				continue; /* "dddd" is what is around it */
			value = found(text, &at);
			assert_true(value >= 0);
			assert_true(at <= k);
		}
}

/* The first place of any word, by looking at each. */
static int
found_slowly(struct span text, size_t *at)
{
	for (*at = 0; *at < text.len; ++*at)
		for (size_t i = 0; i < COUNT; i++)
			if (span_starts(span_skip(text, *at), words[i]))
				return (int)i;
	return -1;
}

static void
test_finds_what_a_slow_search_finds(void **state)
{
	static const char letters[] = "abcdeERO: rox\xff\xfe\xfd\xfc\n";
	uint64_t seed = 7;
	size_t hits = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char bytes[300];
		struct span text = {bytes, unit_random(&seed) % sizeof bytes};
		size_t at = 0, right;
		int value = -1, wanted;

		for (size_t i = 0; i < text.len; i++)
			bytes[i] =
			    letters[unit_random(&seed) % (sizeof letters - 1)];
		for (int i = 0; i < round % 3 && text.len > 20; i++) {
			const char *word = words[unit_random(&seed) % COUNT];

			memcpy(bytes + unit_random(&seed) % (text.len - 10),
			    word, strlen(word));
		}
		wanted = found_slowly(text, &right);
		if (!marks_find(marks, text, &at, &value))
			value = -1;
		assert_int_equal(value, wanted);
		if (wanted >= 0)
			assert_int_equal(at, right);
		hits += wanted >= 0;
	}
	assert_true(hits > 5000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_first_word_wins),
	    cmocka_unit_test(test_none),
	    cmocka_unit_test(test_no_place_is_skipped),
	    cmocka_unit_test(test_finds_what_a_slow_search_finds),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
