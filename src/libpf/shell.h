/* The command line that shows a crash again: shell words, never more. */
#ifndef PF_SHELL_H
#define PF_SHELL_H

#include <jansson.h>
#include <stdbool.h>

#include "buf.h"

/* Appends one word so that a shell reads back exactly these bytes. */
void shell_word(struct buf *out, const char *bytes, size_t n);

/*
 * Appends a crash's command with its environment, as event lines have both,
 * and the input in the place where the fuzzer put it: "@@" (AFL++),
 * "___FILE___" (honggfuzz), the last argument (libFuzzer), else standard
 * input. `input` is text of an event; `env` and `fuzzer` may be NULL. The
 * result is for a shell, not for HTML. False when there is no command.
 */
bool shell_reproduce(struct buf *out, const json_t *command, const json_t *env,
    const char *input, const char *fuzzer);

#endif
