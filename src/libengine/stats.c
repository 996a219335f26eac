/* Fuzzer statistics as the data of an event. */
#include "stats.h"

#include <math.h>
#include <stddef.h>

#include "clock.h"
#include "emit.h"

void
stats_init(struct stats *s)
{
	*s = (struct stats){
	    .alive = STATS_UNKNOWN,
	    .pid = STATS_UNKNOWN,
	    .run_seconds = STATS_UNKNOWN,
	    .execs_total = STATS_UNKNOWN,
	    .execs_per_second = NAN,
	    .corpus_count = STATS_UNKNOWN,
	    .corpus_bytes = STATS_UNKNOWN,
	    .crashes_total = STATS_UNKNOWN,
	    .hangs_total = STATS_UNKNOWN,
	    .ooms_total = STATS_UNKNOWN,
	    .edges_found = STATS_UNKNOWN,
	    .edges_total = STATS_UNKNOWN,
	    .coverage_ratio = NAN,
	    .features = STATS_UNKNOWN,
	    .cycles_total = STATS_UNKNOWN,
	    .pending_count = STATS_UNKNOWN,
	    .stability_ratio = NAN,
	    .last_find_ms = STATS_UNKNOWN,
	    .peak_rss_bytes = STATS_UNKNOWN,
	    .rss_bytes = STATS_UNKNOWN,
	    .update_ms = STATS_UNKNOWN,
	    .start_ms = STATS_UNKNOWN,
	    .execs_last_minute = NAN,
	};
}

void
stats_release(struct stats *s)
{
	free(s->instance);
	free(s->version);
	free(s->target);
	free(s->raw);
	stats_init(s);
}

static void
emit_known(struct emit *e, const char *key, int64_t value)
{
	if (value != STATS_UNKNOWN)
		emit_i64(e, key, value);
}

void
stats_emit(struct buf *data, const struct stats *s)
{
	char time[CLOCK_TEXT];
	struct emit e;

	emit_begin(&e, data);
	emit_object(&e, NULL);
	if (s->instance != NULL)
		emit_bytes_str(&e, "instance", s->instance);
	if (s->state != NULL)
		emit_string(&e, "state", s->state);
	if (s->alive != STATS_UNKNOWN)
		emit_bool(&e, "alive", s->alive != 0);
	emit_known(&e, "pid", s->pid);
	emit_known(&e, "run_seconds", s->run_seconds);
	emit_known(&e, "execs_total", s->execs_total);
	emit_real(&e, "execs_per_second", s->execs_per_second);
	emit_known(&e, "corpus_count", s->corpus_count);
	emit_known(&e, "corpus_bytes", s->corpus_bytes);
	emit_known(&e, "crashes_total", s->crashes_total);
	emit_known(&e, "hangs_total", s->hangs_total);
	emit_known(&e, "ooms_total", s->ooms_total);
	emit_known(&e, "edges_found", s->edges_found);
	emit_known(&e, "edges_total", s->edges_total);
	emit_real(&e, "coverage_ratio", s->coverage_ratio);
	emit_known(&e, "features", s->features);
	emit_known(&e, "cycles_total", s->cycles_total);
	emit_known(&e, "pending_count", s->pending_count);
	emit_real(&e, "stability_ratio", s->stability_ratio);
	if (s->last_find_ms != STATS_UNKNOWN) {
		clock_format(s->last_find_ms, time);
		emit_string(&e, "last_find_time", time);
	}
	emit_known(&e, "peak_rss_bytes", s->peak_rss_bytes);
	emit_known(&e, "rss_bytes", s->rss_bytes);
	if (s->version != NULL)
		emit_bytes_str(&e, "version", s->version);
	if (s->raw != NULL)
		emit_raw(&e, "raw", s->raw, strlen(s->raw));
	emit_end(&e);
}
