/*
 * clean - checks that brackets match and counts the words between them.  It
 * has no bug that we know of: a fuzzer that reports one is wrong.
 */
#include "planted.h"

#define DEPTH_MAX 12

struct counts {
	unsigned words;
	unsigned numbers;
	unsigned strings;
	unsigned deepest;
};

static int
is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static int
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static uint8_t
closing(uint8_t c)
{
	switch (c) {
	case '(':
		return ')';
	case '[':
		return ']';
	case '{':
		return '}';
	}
	return 0;
}

/* Returns the offset behind a string that starts at the quote. */
static size_t
string_skip(const uint8_t *data, size_t size, size_t at)
{
	at++;
	while (at < size && data[at] != '"')
		at += data[at] == '\\' && size - at > 1 ? 2 : 1;
	return at < size ? at + 1 : at;
}

/* Counts one word, number or string and returns the offset behind it. */
static size_t
token_count(struct counts *counts, const uint8_t *data, size_t size, size_t at)
{
	size_t start = at;

	if (data[at] == '"') {
		counts->strings++;
		return string_skip(data, size, at);
	}
	while (at < size && is_digit(data[at]))
		at++;
	if (at > start) {
		counts->numbers++;
		return at;
	}
	while (at < size && is_letter(data[at]))
		at++;
	if (at > start)
		counts->words++;
	return at > start ? at : start + 1;
}

/* Returns whether the brackets match. */
static int
brackets_match(struct counts *counts, const uint8_t *data, size_t size)
{
	uint8_t open[DEPTH_MAX];
	unsigned depth = 0;
	size_t at = 0;

	while (at < size) {
		uint8_t c = data[at];

		if (closing(c) != 0) {
			if (depth == DEPTH_MAX)
				return 0;
			open[depth++] = closing(c);
			at++;
		} else if (c == ')' || c == ']' || c == '}') {
			if (depth == 0 || open[--depth] != c)
				return 0;
			at++;
		} else {
			at = token_count(counts, data, size, at);
		}
		if (depth > counts->deepest)
			counts->deepest = depth;
	}
	return depth == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct counts counts = {0};

	keep((unsigned)brackets_match(&counts, data, size));
	keep(counts.words + counts.numbers + counts.strings + counts.deepest);
	return 0;
}
