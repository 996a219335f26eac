/* How a target is run on one input. */
#ifndef PF_COMMAND_H
#define PF_COMMAND_H

#include <stdbool.h>

#include "strvec.h"

/* Does the file hold libFuzzer's driver? Remembers the last answer. */
bool command_is_libfuzzer(const char *file);

/*
 * argv for one input: @@ in any word becomes its path; without any, a
 * libFuzzer target gets the path as its last word. Returns whether the input
 * is to be standard input instead.
 */
bool command_words(struct strvec *argv, char *const command[],
    const char *input, bool is_libfuzzer);

/*
 * Sets the sanitizers' options so that a report is complete: those that the
 * environment has stay, unless a report needs them otherwise. `symbolizer` is
 * the path of llvm-symbolizer or NULL.
 */
void command_sanitizers(struct strvec *env, const char *symbolizer);
/* The names of the variables that command_sanitizers sets, up to NULL. */
extern const char *const command_sanitizer_names[];
/* llvm-symbolizer or one with a version in its name, from PATH, or NULL. */
char *command_symbolizer(void);
/* The words that run `argv` below gdb and print its backtrace. */
void command_gdb(struct strvec *out, const char *gdb, char *const argv[]);

#endif
