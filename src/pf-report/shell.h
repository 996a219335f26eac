/* The command line that shows a crash again. */
#ifndef PF_SHELL_H
#define PF_SHELL_H

#include "buf.h"
#include "libstore/query.h"

/* Appends one word so that a shell reads back exactly these bytes. */
void shell_word(struct buf *out, const char *bytes, size_t n);

/*
 * Appends the command of a crash with its environment, the input in the place
 * where the fuzzer put it: "@@" (AFL++), "___FILE___" (honggfuzz), the last
 * argument (libFuzzer), else standard input. The result is for a shell, not
 * for HTML. False when the crash tells no command.
 */
bool shell_reproduce(struct buf *out, const struct query_crash *crash);

#endif
