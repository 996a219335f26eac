/*
 * Any bytes as llvm-symbolizer's answer of the offset 0x1234: what it tells
 * lies in its own text, one name after the other.
 */
#include "harness.h"
#include "libcrash/symbol_answer.h"

static const char *
check_span(struct span s, const char *at, const char *end)
{
	if (s.len == 0)
		return at;
	MUST(s.at == at);
	MUST(s.len <= (size_t)(end - at));
	MUST(memchr(s.at, '\0', s.len) == NULL);
	return at + s.len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct symbol_answer *a =
	    symbol_answer_new((struct span){(const char *)data, size}, 0x1234);
	const char *at;

	if (a == NULL)
		return 0;
	MUST(a->count <= SYMBOL_ANSWER_MAX);
	at = a->text;
	for (size_t i = 0; i < a->count; i++) {
		const struct frame *f = &a->frames[i];

		MUST(f->function.len + f->file.len > 0);
		MUST(f->line == 0 || f->file.len > 0);
		MUST(f->column == 0 || f->line > 0);
		at = check_span(f->function, at, a->text + a->text_len);
		at = check_span(f->file, at, a->text + a->text_len);
	}
	MUST(at == a->text + a->text_len);
	symbol_answer_free(a);
	return 0;
}
