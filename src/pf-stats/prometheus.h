/*
 * Events as metrics in the text format of Prometheus (exposition format
 * 0.0.4), as node_exporter's textfile collector reads it.
 */
#ifndef PF_PROMETHEUS_H
#define PF_PROMETHEUS_H

#include <stdint.h>

#include "buf.h"

struct json_t;
struct prometheus;

struct prometheus *prometheus_new(void);
void prometheus_free(struct prometheus *p);
/*
 * Takes a stats, resource or alert event and passes over all others; of one
 * series the latest counts. `event` is borrowed.
 */
void prometheus_add(struct prometheus *p, const struct json_t *event);
/* Appends all metrics, each name's HELP and TYPE before its series. */
void
prometheus_text(const struct prometheus *p, int64_t now_ms, struct buf *out);
/* Forgets all of it. */
void prometheus_clear(struct prometheus *p);

#endif
