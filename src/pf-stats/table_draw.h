/* The parts of a table, drawn from rows that are in order. */
#ifndef PF_TABLE_DRAW_H
#define PF_TABLE_DRAW_H

#include "buf.h"
#include "table.h"
#include "table_rows.h"

/* What there is: fuzzers, machines and alerts, each list by its order. */
struct table_rows {
	const struct row **fuzzers, **machines;
	const struct row **alerts; /* also those that are resolved */
	/* What is known by now of each fuzzer: its node may be silent. */
	enum fuzzer_state *states;
	size_t fuzzer_count, machine_count, alert_count;
};

const struct fuzzer *fuzzer_row(const struct table_rows *r, size_t i);
const struct machine *machine_row(const struct table_rows *r, size_t i);
const struct alert *alert_row(const struct table_rows *r, size_t i);
/* Whether more than one node tells anything. */
bool rows_have_nodes(const struct table_rows *r);
/*
 * Whether the alert fires that the node did not answer (node_alert.h): until
 * it is resolved nothing is known of what runs there.
 */
bool rows_unanswered(const struct table_rows *r, const char *node);

/*
 * A row a fuzzer, the totals, and how many are in which state; of the rows at
 * most `rows_max`, 0 being without limit.
 */
void draw_fuzzers(const struct table_rows *r, const struct table_view *v,
    size_t rows_max, struct buf *out);
/* The same with a row for each node that anything was said of. */
void draw_nodes(const struct table_rows *r, const struct table_view *v,
    size_t rows_max, struct buf *out);
/* After an empty line a row each; nothing where there is none. */
void draw_machines(
    const struct table_rows *r, const struct table_view *v, struct buf *out);
void draw_alerts(
    const struct table_rows *r, const struct table_view *v, struct buf *out);

#endif
