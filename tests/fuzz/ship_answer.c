/*
 * Answers of a master: the first byte is the number of lines sent, the rest
 * the answer. What is acknowledged accounts for each line.
 */
#include "pf-ship/answer.h"

#include <string.h>

#include "harness.h"

#define KEY "01a1fbd4f500-n1-8f2d6c0a1b3e4f57-00000001"

static void
check(const struct answer *a, uint64_t lines)
{
	uint64_t last = 0;
	size_t i;

	MUST(!a->failed && a->stored <= lines && a->duplicate <= lines);
	MUST(a->stored + a->duplicate + a->count == lines);
	for (i = 0; i < a->count; i++) {
		MUST(
		    a->rejected[i].line > last && a->rejected[i].line <= lines);
		MUST(strlen(answer_reason(a, i)) == a->rejected[i].len);
		last = a->rejected[i].line;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1, *why;
	struct answer a;

	if (size == 0)
		return 0;
	answer_init(&a);
	why = answer_read(&a, text, size - 1, KEY, data[0]);
	MUST((why == NULL) == (a.acknowledged || a.failed));
	MUST(why == NULL || *why != '\0');
	if (a.acknowledged)
		check(&a, data[0]);
	why = answer_read(&a, text, size - 1, NULL, 0);
	MUST((why == NULL) == a.failed && !a.acknowledged);
	answer_release(&a);
	return 0;
}
