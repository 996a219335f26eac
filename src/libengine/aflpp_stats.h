/*
 * AFL++'s fuzzer_stats: `key`, blanks, a colon, the value up to the end of the
 * line. Names of 2.52c to 4.3x (write_stats_file in afl-fuzz-stats.c).
 */
#ifndef PF_AFLPP_STATS_H
#define PF_AFLPP_STATS_H

#include "stats.h"

/*
 * Reads a whole file's text into *s (initialised by the caller). NULL when it
 * is whole; otherwise the rest of a sentence that says what is wrong with it,
 * with what could be read in *s: "empty", "torn", "not a fuzzer_stats file".
 */
const char *aflpp_stats_parse(const char *text, size_t len, struct stats *s);

#endif
