/*
 * What a fuzzer tells of itself, in one shape for all of them: the data of a
 * `stats` event. A field that is not known is STATS_UNKNOWN (counts), NaN
 * (reals) or NULL and is left out of the event.
 */
#ifndef PF_STATS_H
#define PF_STATS_H

#include <stdint.h>

#include "buf.h"

#define STATS_UNKNOWN INT64_MIN

struct stats {
	char *instance;    /* owned */
	char *version;     /* owned */
	char *target;      /* as the fuzzer calls it; owned; not in the data */
	char *raw;         /* a JSON object of what has no field; owned */
	const char *state; /* as in pf-events(5), or NULL; not owned */
	int64_t alive;     /* 0 or 1 */
	int64_t pid;
	int64_t run_seconds;
	int64_t execs_total;
	double execs_per_second;
	int64_t corpus_count;
	int64_t corpus_bytes;
	int64_t crashes_total;
	int64_t hangs_total;
	int64_t ooms_total;
	int64_t edges_found;
	int64_t edges_total;
	double coverage_ratio;
	int64_t features;
	int64_t cycles_total;
	int64_t pending_count;
	double stability_ratio;
	int64_t last_find_ms; /* since the epoch */
	int64_t peak_rss_bytes;
	int64_t rss_bytes; /* of the process and all below it, now */
	int64_t update_ms; /* when the fuzzer wrote this; not in the data */
	int64_t start_ms;  /* when it was started; not in the data */
	double execs_last_minute; /* a second; not in the data */
};

/* Everything unknown. */
void stats_init(struct stats *s);
void stats_release(struct stats *s);
/* The data object of a `stats` event, appended. */
void stats_emit(struct buf *data, const struct stats *s);

#endif
