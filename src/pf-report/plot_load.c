/*
 * Points into buckets. A fuzzer's edges at a moment are the most that any of
 * its instances has reached; its speed is the sum over those that ran then.
 */
#include "mem.h"
#include "plot.h"

struct gather {
	struct plot *plot;
	int64_t series; /* the one at hand; -1: none */
	size_t line;
	/* Of that series, by bucket. */
	double edges[PLOT_BUCKETS];
	double speed[PLOT_BUCKETS];
	unsigned speed_points[PLOT_BUCKETS];
};

static int
measure(void *context, const struct query_point *point)
{
	struct plot *plot = context;

	if (plot->points == 0 || point->time < plot->first)
		plot->first = point->time;
	if (plot->points == 0 || point->time > plot->last)
		plot->last = point->time;
	plot->points++;
	return 0;
}

static void
clear(struct plot_line *line)
{
	size_t i;

	for (i = 0; i < PLOT_BUCKETS; i++)
		line->value[i] = -1;
}

static size_t
line_of(struct plot *plot, const char *fuzzer)
{
	size_t i;

	for (i = 0; i < plot->lines; i++) {
		const char *known = plot->edges[i].fuzzer;

		if (known == fuzzer ||
		    (known != NULL && fuzzer != NULL &&
			strcmp(known, fuzzer) == 0))
			return i;
	}
	plot->edges =
	    mem_realloc_array(plot->edges, i + 1, sizeof *plot->edges);
	plot->speed =
	    mem_realloc_array(plot->speed, i + 1, sizeof *plot->speed);
	plot->edges[i].fuzzer = fuzzer == NULL ? NULL : mem_dup(fuzzer);
	plot->speed[i].fuzzer = plot->edges[i].fuzzer;
	clear(&plot->edges[i]);
	clear(&plot->speed[i]);
	return plot->lines++;
}

/* The series at hand is complete: into its fuzzer's lines with it. */
static void
finish_series(struct gather *g)
{
	double *edges = g->plot->edges[g->line].value;
	double *speed = g->plot->speed[g->line].value;
	double reached = -1, rate = -1;
	size_t i, last = 0;

	for (i = 0; i < PLOT_BUCKETS; i++)
		if (g->speed_points[i] > 0)
			last = i;
	for (i = 0; i < PLOT_BUCKETS; i++) {
		/* Edges stay found when the instance has ended. */
		if (g->edges[i] > reached)
			reached = g->edges[i];
		if (reached > edges[i])
			edges[i] = reached;
		/* Between two points the speed is that of the earlier. */
		if (g->speed_points[i] > 0)
			rate = g->speed[i] / g->speed_points[i];
		if (rate >= 0 && i <= last)
			speed[i] = (speed[i] < 0 ? 0 : speed[i]) + rate;
	}
}

static void
start_series(struct gather *g, const struct query_point *point)
{
	size_t i;

	g->series = point->series;
	g->line = line_of(g->plot, point->fuzzer);
	for (i = 0; i < PLOT_BUCKETS; i++) {
		g->edges[i] = -1;
		g->speed[i] = 0;
		g->speed_points[i] = 0;
	}
}

static int
gather_point(void *context, const struct query_point *point)
{
	struct gather *g = context;
	int64_t span = g->plot->last - g->plot->first;
	size_t bucket = span == 0
	    ? 0
	    : (size_t)((double)(point->time - g->plot->first) / (double)span *
		  (PLOT_BUCKETS - 1));

	if (g->series != point->series) {
		if (g->series >= 0)
			finish_series(g);
		start_series(g, point);
	}
	if ((double)point->edges > g->edges[bucket])
		g->edges[bucket] = (double)point->edges;
	if (point->execs_per_second >= 0) {
		g->speed[bucket] += point->execs_per_second;
		g->speed_points[bucket]++;
	}
	return 0;
}

int
plot_load(struct plot *plot, struct db *db, const char *target)
{
	struct gather g = {.plot = plot, .series = -1};

	memset(plot, 0, sizeof *plot);
	if (query_points(db, target, measure, plot) < 0 ||
	    query_points(db, target, gather_point, &g) < 0)
		return -1;
	if (g.series >= 0)
		finish_series(&g);
	return 0;
}

void
plot_release(struct plot *plot)
{
	size_t i;

	for (i = 0; i < plot->lines; i++)
		free(plot->edges[i].fuzzer);
	free(plot->edges);
	free(plot->speed);
}
