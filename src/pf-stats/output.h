/* Where event lines go: on, and into whatever is made of them. */
#ifndef PF_OUTPUT_H
#define PF_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "alert.h"
#include "buf.h"
#include "prometheus.h"
#include "table.h"
#include "told.h"

struct output {
	bool lines; /* to standard output */
	/* Each NULL where it was not asked for. */
	struct table *table;
	struct prometheus *prometheus;
	struct alerts *alerts;
	const char *prometheus_path; /* "-": standard output */
	const char *on_alert;
	int64_t on_alert_ms; /* how long it may run */
	bool by_node;
	bool follows;     /* there are many rounds */
	bool redraw;      /* the table is one of many that others ask for */
	unsigned tables;  /* that were written, one after another */
	struct told told; /* what a follower has said */
	int status;       /* the worst of what has happened */
};

/*
 * One event line with its newline, of our own making. A follower passes on
 * only what the last round did not have.
 */
void output_line(struct output *o, const struct buf *line);
/*
 * One line of somebody else's, without its newline: passed on as it is. A line
 * that is no event is named as line `number` and left out.
 */
void output_foreign(
    struct output *o, const char *line, size_t len, unsigned long long number);
/*
 * The end of a round: alerts are judged and told, the table and the metrics
 * written. Returns an exit status: 1 also while an alert is firing.
 */
int output_round(struct output *o, int64_t now_ms);
/* Before a round: forgets what the table and the metrics were made of. */
void output_begin(struct output *o);
void output_release(struct output *o);

#endif
