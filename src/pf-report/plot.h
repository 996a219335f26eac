/* One target's curves as inline SVG. */
#ifndef PF_PLOT_H
#define PF_PLOT_H

#include "buf.h"
#include "libstore/query.h"

/* How many pieces the time from the first to the last point is cut into. */
#define PLOT_BUCKETS 160
/* More lines than this cannot be told apart; the rest is named, not drawn. */
#define PLOT_LINES 6

/* One line of a plot: a fuzzer, all its instances together. */
struct plot_line {
	char *fuzzer;               /* NULL: not told */
	double value[PLOT_BUCKETS]; /* < 0: nothing known */
};

struct plot {
	int64_t first, last; /* ms; of all points */
	/* Both by fuzzer, in the same order. */
	struct plot_line *edges, *speed;
	size_t lines;
	size_t points;
};

/* 0, or -1 with db_error. Released by plot_release in either case. */
int plot_load(struct plot *plot, struct db *db, const char *target);
void plot_release(struct plot *plot);

struct plot_text {
	const char *title; /* known to be safe */
	const char *unit;
	const char *id;     /* unique on the page */
	const char *target; /* of an event; may be NULL */
};
/* Appends a figure, or a sentence where no value is known. */
void plot_draw(struct buf *out, const struct plot *plot,
    const struct plot_line *lines, const struct plot_text *text);

/* The smallest 1, 2 or 5 times a power of ten that is not below `value`. */
double plot_nice(double value);
/* The step in ms that cuts `span_ms` into 3 to 7 pieces of a usual length. */
int64_t plot_time_step(int64_t span_ms);

#endif
