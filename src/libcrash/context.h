/*
 * What stands before a report and says why a signal was raised: assertions,
 * uncaught exceptions, panics, libc's own heap checks, a fuzzer's stated
 * severity.
 */
#ifndef PF_CONTEXT_H
#define PF_CONTEXT_H

#include "trace.h"

enum context_kind {
	CONTEXT_ASSERTION, /* the last one; the same holds for all others */
	CONTEXT_CHECK,     /* a logger's */
	CONTEXT_V8,        /* "# Fatal error in file, line 9" */
	CONTEXT_EXCEPTION, /* "terminate called after …" */
	CONTEXT_HEAP,      /* "free(): invalid pointer" */
	CONTEXT_SMASHING,
	CONTEXT_PANIC,   /* Rust's */
	CONTEXT_MEMORY,  /* "memory allocation of 9 bytes failed" */
	CONTEXT_TIMEOUT, /* centipede's word before it ends the target */
	CONTEXT_RSS,
	CONTEXT_BUG,     /* "===BUG DETECTED: Shell injection===" */
	CONTEXT_STATED,  /* FuzzerSecurityIssueHigh */
	CONTEXT_PROGRAM, /* libFuzzer's "…/prog: Running 1 inputs" */
	CONTEXT_KINDS
};

struct context {
	struct span line[CONTEXT_KINDS]; /* whole lines */
	/* A logger's fatal message right before the report, of no CHECK. */
	struct span fatal;
};

/*
 * Reads what `before`, the text up to the report and with its first line, says
 * that matters to such a report.
 */
void context_read(
    struct context *context, const struct report *report, struct span before);
/*
 * Makes a report of a mere abort what it really is. A text counts only where
 * the stack does not contradict it.
 */
void context_apply(const struct context *context, struct report *report);
/* Does the report say no more than that the process ended itself? */
bool context_is_mere_end(const struct report *report);
/* Is this libc's word on a damaged heap? */
bool context_is_heap(struct span line);

#endif
