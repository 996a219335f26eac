#include "symbol_answer.h"

#include <jansson.h>
#include <stdlib.h>

#include "buf.h"
#include "mem.h"

static bool
is_of(const json_t *object, uint64_t offset)
{
	const char *text =
	    json_string_value(json_object_get(object, "Address"));
	struct span s = text == NULL ? SPAN_NONE : span_text(text);
	uint64_t value;

	return span_starts(s, "0x") && span_hex(&s, &value) && s.len == 0 &&
	    value == offset;
}

static unsigned
number(const json_t *symbol, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(symbol, key));

	return value > 0 && value <= INT32_MAX ? (unsigned)value : 0;
}

/*
 * Appends it to the text; what is not known is empty or, as the other output
 * styles have it, two question marks. The sanitizers leave out a leading "./".
 */
static struct span
add_text(struct buf *text, const json_t *symbol, const char *key)
{
	const char *value = json_string_value(json_object_get(symbol, key));
	struct span s = {NULL, 0};

	if (value == NULL || strcmp(value, "??") == 0)
		return s;
	if (strncmp(value, "./", 2) == 0)
		value += 2;
	s.len = strlen(value);
	buf_add(text, value, s.len);
	return s;
}

/* The text does not move any more: lets a span point into it. */
static size_t
place_span(struct span *s, const char *text, size_t at)
{
	if (s->len > 0)
		s->at = text + at;
	return at + s->len;
}

static void
take_symbols(struct symbol_answer *answer, const json_t *symbols)
{
	size_t count = json_array_size(symbols), at = 0;
	struct buf text = BUF_INIT;

	if (count > SYMBOL_ANSWER_MAX)
		count = SYMBOL_ANSWER_MAX;
	answer->frames = mem_calloc(count + 1, sizeof *answer->frames);
	for (size_t i = 0; i < count; i++) {
		const json_t *symbol = json_array_get(symbols, i);
		struct frame *f = &answer->frames[answer->count];

		f->function = add_text(&text, symbol, "FunctionName");
		f->file = add_text(&text, symbol, "FileName");
		if (f->function.len == 0 && f->file.len == 0)
			continue;
		if (f->file.len > 0)
			f->line = number(symbol, "Line");
		if (f->line > 0)
			f->column = number(symbol, "Column");
		answer->count++;
	}
	answer->text_len = text.len;
	answer->text = buf_take(&text);
	for (size_t i = 0; i < answer->count; i++) {
		at = place_span(&answer->frames[i].function, answer->text, at);
		at = place_span(&answer->frames[i].file, answer->text, at);
	}
}

struct symbol_answer *
symbol_answer_new(struct span line, uint64_t offset)
{
	json_t *object = json_loadb(line.at, line.len, 0, NULL);
	const json_t *symbols = json_object_get(object, "Symbol");
	bool refused = json_is_object(json_object_get(object, "Error"));
	struct symbol_answer *answer = NULL;

	if (is_of(object, offset) && (json_is_array(symbols) || refused)) {
		answer = mem_calloc(1, sizeof *answer);
		answer->refused = refused;
		take_symbols(answer, symbols);
	}
	json_decref(object);
	return answer;
}

void
symbol_answer_free(struct symbol_answer *answer)
{
	if (answer == NULL)
		return;
	free(answer->frames);
	free(answer->text);
	free(answer);
}
