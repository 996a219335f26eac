/* Events as an aligned table for people. */
#ifndef PF_TABLE_H
#define PF_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct json_t;
struct table;

struct table *table_new(void);
void table_free(struct table *t);
/*
 * Takes a stats, resource or alert event and passes over all others. Of one
 * fuzzer (node, job, instance), one node's resources and one alert the latest
 * counts, by its time. `event` is borrowed.
 */
void table_add(struct table *t, const struct json_t *event);
/*
 * Appends the table as it is at `now_ms`: a row a fuzzer, or with `by_node` a
 * row a node, then the totals, then what alerts. Cut to `width` columns where
 * that is not 0.
 */
void table_text(const struct table *t, int64_t now_ms, bool by_node,
    unsigned width, struct buf *out);
/* Forgets all of it. */
void table_clear(struct table *t);

#endif
