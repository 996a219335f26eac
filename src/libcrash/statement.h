/*
 * Lines that state what should have been true: assertions of libc, glib and
 * libc++, CHECKs of Google's loggers, V8 and Chromium, panics of Rust.
 */
#ifndef PF_STATEMENT_H
#define PF_STATEMENT_H

#include "trace.h"

/*
 * Each fills expression, place and cause from the line and sets no kind;
 * false where the line is none of that sort.
 */

/* "prog: file:12: function: Assertion `x' failed." and its relatives. */
bool statement_assertion(struct report *report, struct span line);
/* "F0812 … file.cc:9] Check failed: x (1 vs. 2)"; V8's "# Check failed: x." */
bool statement_check(struct report *report, struct span line);
/* The same of a message that is not about a condition: LOG(FATAL). */
bool statement_fatal(struct report *report, struct span line);
/*
 * "thread 'main' panicked at 'message', file:1:2" and, since Rust 1.73,
 * "thread 'main' panicked at file:1:2:" with the message on the next line.
 */
bool statement_panic(struct report *report, struct span line);
/* Takes a line after it; false when message and place are complete. */
bool statement_panic_more(struct report *report, struct span line);

#endif
