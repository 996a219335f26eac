/* What llvm-symbolizer says of one address. */
#ifndef PF_SYMBOL_ANSWER_H
#define PF_SYMBOL_ANSWER_H

#include "trace.h"

/* Functions inlined into each other at one address beyond this are left out. */
#define SYMBOL_ANSWER_MAX 256

struct symbol_answer {
	/* Function, file, line and column, the innermost first. */
	struct frame *frames;
	size_t count; /* 0: nothing is known of the address */
	bool refused; /* the module cannot be read */
	/* What the spans of the frames point into. */
	char *text;
	size_t text_len;
};

/*
 * Reads a line as `llvm-symbolizer --output-style=JSON` writes it (LLVM 14,
 * llvm/lib/DebugInfo/Symbolize/DIPrinter.cpp). NULL when it is no answer to
 * the question of that offset.
 */
struct symbol_answer *symbol_answer_new(struct span line, uint64_t offset);
void symbol_answer_free(struct symbol_answer *answer);

#endif
