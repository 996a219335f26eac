/*
 * What stands around a report and says why a signal was raised: assertions,
 * uncaught exceptions, libc's own heap checks, a fuzzer's stated severity.
 */
#ifndef PF_CONTEXT_H
#define PF_CONTEXT_H

#include "trace.h"

struct context {
	struct span assertion; /* the whole line of the last one */
	struct span check;     /* the condition of a logger's CHECK */
	struct span exception; /* "terminate called after …" */
	struct span heap;      /* "free(): invalid pointer" */
	struct span smashing;
	struct span stated;
	struct span program; /* libFuzzer's "…/prog: Running 1 inputs" */
};

/* Remembers what the line says, if it says anything. */
void context_line(struct context *context, struct span line);
/*
 * Makes a report of a mere abort what it really is. An assertion's text
 * counts only where the stack does not contradict it.
 */
void context_apply(const struct context *context, struct report *report);
/* Parses "prog: file:12: function: Assertion `x' failed." into the report. */
bool context_assertion(struct report *report, struct span line);
/* Is this libc's word on a damaged heap? */
bool context_is_heap(struct span line);

#endif
