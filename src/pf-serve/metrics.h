/*
 * What is counted while serving, as Prometheus has it (text format 0.0.4).
 * Any thread counts at any time.
 */
#ifndef PF_SERVE_METRICS_H
#define PF_SERVE_METRICS_H

#include "libstore/ingest.h"
#include "route.h"

/* An answer was made; `route` is NULL where there was no such route. */
void
metrics_request(const struct route *route, int status, int64_t duration_ms);
/* A commit took so many batches and so long, and became of their lines: */
void metrics_commit(
    size_t batches, const struct ingest_counts *lines, int64_t duration_us);
void metrics_commit_failed(void);
void metrics_connections(int change);
/* A connection was refused or ended for taking too much or too long. */
void metrics_cut(void);

/* All that is counted here, as text. */
void metrics_write(struct buf *out);
/* A gauge, or a counter, of somebody else's. */
void metrics_head(
    struct buf *out, const char *name, const char *type, const char *help);

/* Upper bounds in seconds of the histograms of times; the last is 0. */
extern const double metrics_bounds[];

#endif
