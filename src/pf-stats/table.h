/* Events as an aligned table for people. */
#ifndef PF_TABLE_H
#define PF_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct json_t;
struct table;

/* How it is to be drawn. */
struct table_view {
	int64_t now_ms;
	bool by_node;
	/* Columns and lines of the terminal; 0: as many as it takes. */
	unsigned width, height;
};

/*
 * Takes over the user's LC_CTYPE: what a terminal can show, and how wide it
 * is, depends on it.
 */
struct table *table_new(void);
void table_free(struct table *t);
/*
 * Takes a stats, resource or alert event and passes over all others. Of one
 * fuzzer (node, job, instance), one node's resources and one alert the latest
 * counts, by its time, and among those of one time the last; a fuzzer that
 * nothing names is each time another. `event` is borrowed.
 */
void table_add(struct table *t, const struct json_t *event);
/*
 * Appends the table: a row a fuzzer, or with `by_node` a row a node, then the
 * totals, then the machines (not with `by_node`, whose rows have them), then
 * what alerts. No line is wider than `width`: names are shortened first, then
 * columns left out. Above `height` lines rows are left out, and counted.
 */
void table_text(
    const struct table *t, const struct table_view *view, struct buf *out);
/*
 * Forgets fuzzers and machines, which are read anew each round. An alert is
 * told once: it stays until it is resolved.
 */
void table_clear(struct table *t);

#endif
