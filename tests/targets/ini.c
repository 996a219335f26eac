/*
 * ini - reads settings: "[section]", "key=word", "key=12", "key=\"text\"",
 * "key=@section" for "only if this is that section", "; comment".
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "planted.h"

#define KEY_ROOM 32

struct text {
	const uint8_t *at;
	const uint8_t *end;
};

struct settings {
	char *section; /* NULL before the first */
	int (*compare)(const char *, const char *);
};

static size_t
line_length(const struct text *text)
{
	const uint8_t *at = text->at;

	while (at < text->end && *at != '\n')
		at++;
	return (size_t)(at - text->at);
}

/* Copies the key in lower case and ends it; it may not fit. */
NOINLINE static void
key_fold(char *key, const uint8_t *from, size_t length)
{
	if (length >= KEY_ROOM)
		PLANTED("ini-key-stack");
	for (size_t i = 0; i <= length; i++)
		key[i] = i < length ? (char)(from[i] | 0x20) : '\0';
}

/* The closing quote is looked for until it is found. */
NOINLINE static size_t
quote_length(const struct text *text, const uint8_t *from)
{
	size_t length = 0;

	if (memchr(from, '"', (size_t)(text->end - from)) == NULL)
		PLANTED("ini-quote-read");
	while (from[length] != '"')
		length++;
	return length;
}

NOINLINE static int
number_parse(const uint8_t *at, const uint8_t *end)
{
	int value = 0;

	for (; at < end && *at >= '0' && *at <= '9'; at++) {
		if (value > (INT_MAX - (*at - '0')) / 10)
			PLANTED("ini-number-overflow");
		value = value * 10 + (*at - '0');
	}
	return value;
}

/* Before the first section there is no name to compare with. */
NOINLINE static int
section_matches(const struct settings *settings, const char *name)
{
	if (settings->section == NULL)
		PLANTED("ini-section-null");
	return settings->compare(name, settings->section) == 0;
}

static int
section_is(const struct settings *settings, const uint8_t *at, size_t length)
{
	char *name = strndup((const char *)at, length);
	int matches = section_matches(settings, name);

	free(name);
	return matches;
}

/* A name without its bracket is refused; a hidden one, "!", is lost. */
NOINLINE static void
section_enter(struct settings *settings, const uint8_t *at, size_t length)
{
	char *name = strndup((const char *)at, length);
	char *bracket = strchr(name, ']');

	if (bracket == NULL) {
		if (length > 0 && at[0] == '!')
			PLANTED_AT_END("ini-section-leak");
		else
			free(name);
		return;
	}
	*bracket = '\0';
	free(settings->section);
	settings->section = name;
}

static void
value_read(const struct settings *settings, const struct text *text,
    const uint8_t *at, const uint8_t *end)
{
	if (at == end)
		return;
	if (*at == '"')
		keep((unsigned)quote_length(text, at + 1));
	else if (*at == '@')
		keep((unsigned)section_is(
		    settings, at + 1, (size_t)(end - at) - 1));
	else
		keep((unsigned)number_parse(at, end));
}

NOINLINE static void
pair_read(
    const struct settings *settings, const struct text *text, size_t length)
{
	const uint8_t *end = text->at + length;
	const uint8_t *equals = memchr(text->at, '=', length);
	char key[KEY_ROOM];

	if (equals == NULL)
		return;
	key_fold(key, text->at, (size_t)(equals - text->at));
	keep((unsigned)key[0]);
	value_read(settings, text, equals + 1, end);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings settings = {NULL, strcmp};
	struct text text = {data, data + size};

	while (text.at < text.end) {
		size_t length = line_length(&text);

		if (*text.at == '[')
			section_enter(&settings, text.at + 1, length - 1);
		else if (*text.at != ';')
			pair_read(&settings, &text, length);
		text.at += length;
		if (text.at < text.end)
			text.at++;
	}
	free(settings.section);
	return 0;
}
