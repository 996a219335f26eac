/* Aligned columns. */
#ifndef PF_TABLE_GRID_H
#define PF_TABLE_GRID_H

#include <stdbool.h>

#include "buf.h"

#define GRID_COLUMNS_MAX 16

enum grid_kind {
	GRID_NUMBER, /* to the right */
	GRID_NAME,   /* to the left, and may be shortened to `least` */
	GRID_PATH    /* a name of which, where it has a slash, the end stays */
};

struct grid_column {
	const char *title;
	enum grid_kind kind;
	unsigned char least;
	/* What is left out first where room is short; 0: never. */
	unsigned char drop;
};

struct grid {
	const struct grid_column *column;
	unsigned count;
	bool hidden[GRID_COLUMNS_MAX];
	bool totals;     /* the last row stays when rows are left out */
	struct buf text; /* of all cells, row by row */
	size_t *start;   /* of each cell in `text` */
	size_t cells, cap;
};

/* `column` is borrowed, `count` of them. */
void
grid_init(struct grid *g, const struct grid_column *column, unsigned count);
void grid_release(struct grid *g);
/*
 * Begins the next cell, left to right, row after row. What is appended to the
 * buffer until the next call is its text: printable, see table_words.h.
 */
struct buf *grid_cell(struct grid *g);
/*
 * Appends titles and rows as lines of at most `width` columns, and of the rows
 * but the totals at most `rows`, with a line that counts the others. 0 is
 * without limit. The last cells may be missing.
 */
void
grid_draw(const struct grid *g, unsigned width, size_t rows, struct buf *out);

#endif
