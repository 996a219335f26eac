/*
 * AFL++'s plot_data: a line of column names, and a row every few seconds in
 * which something changed (maybe_update_plot_file in afl-fuzz-stats.c; 2.52c
 * to 4.3x). Columns are found by their names.
 */
#ifndef PF_AFLPP_PLOT_H
#define PF_AFLPP_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats.h"

#define AFLPP_PLOT_COLUMNS 32

struct aflpp_plot {
	unsigned count; /* columns; 0 before there was a head */
	signed char key[AFLPP_PLOT_COLUMNS];
};

/*
 * "# unix_time, cycles_done, …" or "# relative_time, …". False when the line
 * is no such head; the columns of an earlier one stay.
 */
bool aflpp_plot_head(struct aflpp_plot *p, const char *line, size_t len);
/*
 * One row, without its newline, added to *s. *time_ms is since the epoch or,
 * with *relative, since the fuzzer's first start (what it did not run in
 * between is left out). False when it is none; *s may be half filled then.
 */
bool aflpp_plot_row(const struct aflpp_plot *p, const char *line, size_t len,
    struct stats *s, int64_t *time_ms, bool *relative);

#endif
