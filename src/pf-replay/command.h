/* How a target is run on one input. */
#ifndef PF_COMMAND_H
#define PF_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "strvec.h"

/* Where the input goes when the command has no @@. */
enum style {
	STYLE_AUTO,      /* as the target is recognized to be */
	STYLE_ARGUMENT,  /* its path is the last word */
	STYLE_STDIN,     /* it is standard input */
	STYLE_LIBFUZZER, /* its path is the last word, after libFuzzer's own */
};

/* False when there is none of that name. */
bool style_named(const char *name, enum style *style);
/*
 * STYLE_LIBFUZZER where the file holds libFuzzer's driver, else STYLE_STDIN.
 * Remembers the last answer.
 */
enum style style_recognize(const char *file);

/*
 * argv for one input: the program is `file`; @@ in any word becomes the
 * input's path, else `style` places it. A libFuzzer target that does not say
 * otherwise gets -rss_limit_mb from memory_bytes, unless that is 0. Returns
 * whether the input is to be standard input.
 */
bool command_words(struct strvec *argv, const char *file, char *const command[],
    const char *input, enum style style, uint64_t memory_bytes);

/*
 * Sets the sanitizers' options so that a report is complete: those that the
 * environment has stay, unless a report needs them otherwise. `as_aflpp`: as
 * afl-fuzz runs its targets, without a search for leaks, and an allocation
 * that is too large fails. `symbolizer` is the path of llvm-symbolizer or
 * NULL.
 */
void
command_sanitizers(struct strvec *env, bool as_aflpp, const char *symbolizer);
/* The names of the variables that command_sanitizers sets, up to NULL. */
extern const char *const command_sanitizer_names[];
/*
 * Has the sanitizers follow every frame where memory is allocated, also those
 * that have no frame pointer, as libc's: it takes them long.
 */
void command_unwind(struct strvec *env);
/*
 * The words that run `argv` below gdb and print its backtrace, registers and
 * the instruction that it stopped at.
 */
void command_gdb(struct strvec *out, const char *gdb, char *const argv[]);

#endif
