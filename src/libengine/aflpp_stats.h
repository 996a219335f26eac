/*
 * AFL++'s fuzzer_stats: `key`, blanks, a colon, the value up to the end of the
 * line. Names of 2.52c to 4.3x (write_stats_file in afl-fuzz-stats.c).
 */
#ifndef PF_AFLPP_STATS_H
#define PF_AFLPP_STATS_H

#include <stdbool.h>

#include "buf.h"
#include "stats.h"

/* Whether a text that begins so may be that file, or a torn one. */
bool aflpp_stats_recognize(const char *text, size_t len);
/*
 * Reads a whole file's text into *s (initialised by the caller). NULL when it
 * is whole; otherwise the rest of a sentence that says what is wrong with it,
 * with what could be read in *s: "empty", "torn", "not a fuzzer_stats file".
 *
 * Where `doubt` is not NULL it gets the rest of a sentence, too, when the file
 * is whole, but a key that every release writes is missing or a value is none
 * that it writes; it stays as it is otherwise.
 */
const char *aflpp_stats_parse(
    const char *text, size_t len, struct stats *s, struct buf *doubt);
/*
 * Calls `each` for every whole line whose key has no field in struct stats;
 * both strings are only valid during the call.
 */
void aflpp_stats_rest(const char *text, size_t len,
    void (*each)(const char *key, const char *value, void *context),
    void *context);

#endif
