/* Cells of "a, b, c", the form of plot_data and of honggfuzz's statistics. */
#ifndef PF_CELL_H
#define PF_CELL_H

#include <stddef.h>

/*
 * The next cell of the line that ends at `end`, without the blanks around it;
 * *at moves on and is NULL after the last one. NULL when there is none.
 */
const char *cell_next(const char **at, const char *end, size_t *len);

#endif
