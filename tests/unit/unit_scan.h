/*
 * The JSON reader held against jansson: of any text both say the same. For unit
 * tests and for a fuzz harness, so without cmocka.
 */
#ifndef PF_UNIT_SCAN_H
#define PF_UNIT_SCAN_H

#include <jansson.h>
#include <string.h>

#include "scan.h"

/* The first thing that differs, if any does. */
#define SCAN_MUST(condition)               \
	do {                               \
		if (!(condition))          \
			return #condition; \
	} while (0)
#define SCAN_TRY(call)                        \
	do {                                  \
		const char *differs = (call); \
                                              \
		if (differs != NULL)          \
			return differs;       \
	} while (0)

/* Of longer objects not each member is looked for. */
#define SCAN_LOOKED_FOR 64

static inline const char *
scan_value_differs(const struct scan *s, uint32_t place, const json_t *tree);

static inline unsigned
scan_depth_of(json_t *tree)
{
	unsigned deepest = 0, depth;
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach(tree, key, value)
	{
		depth = scan_depth_of(value);
		deepest = depth > deepest ? depth : deepest;
	}
	json_array_foreach(tree, i, value)
	{
		depth = scan_depth_of(value);
		deepest = depth > deepest ? depth : deepest;
	}
	return json_is_object(tree) || json_is_array(tree) ? deepest + 1 : 0;
}

static inline const char *
scan_text_differs(const struct scan *s, uint32_t place, const json_t *tree)
{
	const struct scan_value *v = &s->value[place];
	struct buf text = BUF_INIT;
	bool same;

	SCAN_MUST(s->text[v->start - 1] == '"');
	SCAN_MUST(s->text[v->start + v->len] == '"');
	SCAN_MUST(
	    v->escaped == (memchr(s->text + v->start, '\\', v->len) != NULL));
	scan_add_text(&text, s, place);
	same = text.len == json_string_length(tree) &&
	    memcmp(text.data, json_string_value(tree), text.len) == 0;
	buf_add_char(&text, '.');
	same = same && scan_text_is(s, place, json_string_value(tree)) &&
	    !scan_text_is(s, place, text.data);
	buf_release(&text);
	SCAN_MUST(same);
	return NULL;
}

static inline const char *
scan_name_differs(const struct scan *s, uint32_t place, const char *name)
{
	const struct scan_value *v = &s->value[place];
	struct buf text = BUF_INIT;
	bool same;

	SCAN_MUST(s->text[v->name - 1] == '"');
	SCAN_MUST(s->text[v->name + v->name_len] == '"');
	SCAN_MUST(v->name_escaped ==
	    (memchr(s->text + v->name, '\\', v->name_len) != NULL));
	SCAN_MUST(scan_name_is(s, place, name));
	scan_add_name(&text, s, place);
	same = strcmp(text.data, name) == 0 && text.len == strlen(name);
	buf_release(&text);
	SCAN_MUST(same);
	return NULL;
}

static inline const char *
scan_object_differs(const struct scan *s, uint32_t place, json_t *tree)
{
	const struct scan_value *v = &s->value[place];
	uint32_t i = place + 1;
	const char *name;
	json_t *member;

	SCAN_MUST(v->count == json_object_size(tree));
	json_object_foreach(tree, name, member)
	{
		SCAN_MUST(i < v->next);
		SCAN_TRY(scan_name_differs(s, i, name));
		SCAN_TRY(scan_value_differs(s, i, member));
		if (v->count <= SCAN_LOOKED_FOR)
			SCAN_MUST(scan_member(s, place, name) == i);
		i = s->value[i].next;
	}
	SCAN_MUST(i == v->next);
	return NULL;
}

static inline const char *
scan_array_differs(const struct scan *s, uint32_t place, const json_t *tree)
{
	const struct scan_value *v = &s->value[place];
	uint32_t i = place + 1;
	json_t *element;
	size_t at;

	SCAN_MUST(v->count == json_array_size(tree));
	json_array_foreach(tree, at, element)
	{
		SCAN_MUST(i < v->next);
		SCAN_MUST(s->value[i].name == 0 && s->value[i].name_len == 0);
		SCAN_TRY(scan_value_differs(s, i, element));
		i = s->value[i].next;
	}
	SCAN_MUST(i == v->next);
	SCAN_MUST(scan_member(s, place, "") == 0);
	return NULL;
}

/* What is in the line as this value. */
static inline const char *
scan_source_differs(const struct scan *s, uint32_t place, const json_t *tree)
{
	const struct scan_value *v = &s->value[place];
	struct buf source = BUF_INIT;
	json_t *again;
	bool same;

	SCAN_MUST(v->start + (size_t)v->len <= (size_t)(s->end - s->text));
	scan_add_source(&source, s, place);
	if (json_is_object(tree) || json_is_array(tree)) {
		same = source.data[0] == (json_is_object(tree) ? '{' : '[') &&
		    source.data[source.len - 1] ==
			(json_is_object(tree) ? '}' : ']');
	} else {
		again =
		    json_loadb(source.data, source.len, JSON_DECODE_ANY, NULL);
		same = json_equal(again, tree);
		json_decref(again);
	}
	buf_release(&source);
	SCAN_MUST(same);
	return NULL;
}

static inline const char *
scan_value_differs(const struct scan *s, uint32_t place, const json_t *tree)
{
	const struct scan_value *v = &s->value[place];
	json_int_t integer = json_integer_value(tree);
	double real = json_real_value(tree);
	json_t *inner;

	SCAN_MUST(place < s->count && v->next > place && v->next <= s->count);
	SCAN_TRY(scan_source_differs(s, place, tree));
	memcpy(&inner, &tree, sizeof inner);
	if (json_is_object(tree)) {
		SCAN_MUST(v->type == SCAN_OBJECT);
		return scan_object_differs(s, place, inner);
	}
	if (json_is_array(tree)) {
		SCAN_MUST(v->type == SCAN_ARRAY);
		return scan_array_differs(s, place, tree);
	}
	SCAN_MUST(v->next == place + 1 && v->count == 0);
	SCAN_MUST(json_is_string(tree) == (v->type == SCAN_TEXT));
	SCAN_MUST(json_is_null(tree) == (v->type == SCAN_NULL));
	SCAN_MUST(json_is_true(tree) == (v->type == SCAN_TRUE));
	SCAN_MUST(json_is_false(tree) == (v->type == SCAN_FALSE));
	SCAN_MUST(json_is_integer(tree) == (v->type == SCAN_INTEGER));
	SCAN_MUST(json_is_real(tree) == (v->type == SCAN_REAL));
	if (v->type == SCAN_TEXT)
		return scan_text_differs(s, place, tree);
	if (v->type == SCAN_INTEGER)
		SCAN_MUST(v->number.integer == integer);
	if (v->type == SCAN_REAL)
		SCAN_MUST(memcmp(&v->number.real, &real, sizeof real) == 0);
	return NULL;
}

static inline const char *
scan_refusal_differs(const struct scan *s, const char *why)
{
	SCAN_MUST(s->count == 0);
	SCAN_MUST(why != NULL && *why != '\0');
	for (; *why != '\0'; why++)
		SCAN_MUST(*why >= ' ' && *why <= '~');
	SCAN_MUST(scan_member(s, 0, "") == 0);
	return NULL;
}

/*
 * Reads a text with both. NULL when they say the same and hold the same values;
 * else what does not hold. jansson forgets a NUL behind a number or a word,
 * which is refused here.
 */
static inline const char *
scan_differs(struct scan *s, const char *text, size_t len, unsigned depth_max)
{
	json_t *tree = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	bool good = tree != NULL && memchr(text, '\0', len) == NULL &&
	    scan_depth_of(tree) <= depth_max;
	const char *why = NULL, *differs;

	if (scan_read(s, text, len, depth_max, &why) != good)
		differs = good ? "jansson accepts it" : "jansson refuses it";
	else if (good)
		differs = scan_value_differs(s, 0, tree);
	else
		differs = scan_refusal_differs(s, why);
	json_decref(tree);
	return differs;
}

#endif
