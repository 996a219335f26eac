/*
 * honggfuzz's --statsfile (2.6): a line of column names, and a row each time
 * that the coverage grew; it is no sign of life. And the line that it prints
 * at its end.
 */
#ifndef PF_HONGGFUZZ_STATS_H
#define PF_HONGGFUZZ_STATS_H

#include <stdbool.h>

#include "stats.h"

#define HONGGFUZZ_COLUMNS 32

/* What each column is; empty before there was a line of names. */
struct honggfuzz_columns {
	const struct honggfuzz_key *key[HONGGFUZZ_COLUMNS];
	unsigned count;
};

/* "# unix_time, last_cov_update, …"; false when the line is not that. */
bool
honggfuzz_head(struct honggfuzz_columns *columns, const char *line, size_t len);
/*
 * One row without its newline, added to *s. False when there is not a number
 * for each column; *s may be half filled then.
 */
bool honggfuzz_row(const struct honggfuzz_columns *columns, const char *line,
    size_t len, struct stats *s);
/*
 * Reads the last whole row into *s (initialised by the caller). NULL when
 * there is one, otherwise the rest of a sentence: "empty", "no row yet", "not
 * a honggfuzz statistics file".
 */
const char *
honggfuzz_stats_parse(const char *text, size_t len, struct stats *s);
/*
 * "Summary iterations:N time:N speed:N …"; false when the line is not that.
 * Fields that it does not have are left alone.
 */
bool honggfuzz_summary_parse(const char *line, size_t len, struct stats *s);

#endif
