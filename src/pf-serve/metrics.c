/* Counters, and histograms of them. */
#include "metrics.h"

#include <stdatomic.h>

#define BOUNDS 14

/* From below a quick fsync up to a slow client's. */
const double metrics_bounds[BOUNDS + 1] = {0.0005, 0.001, 0.0025, 0.005, 0.01,
    0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 0};

static const double batch_bounds[BOUNDS + 1] = {
    1, 2, 4, 8, 16, 32, 64, 128, 256, 0};

struct histogram {
	atomic_ullong bucket[BOUNDS + 1];
	atomic_ullong sum; /* in millionths */
};

/* Answers by what was asked; the last is for what there is not. */
static const struct {
	const char *name;
	enum lane lane;
} kinds[] = {{"batch", LANE_BATCH}, {"read", LANE_READ}, {"write", LANE_WRITE},
    {"stream", LANE_STREAM}, {"chore", LANE_CHORE}, {"here", LANE_HERE},
    {"none", LANE_HERE}};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* Any other counts as the last. */
static const int statuses[] = {200, 201, 202, 204, 304, 400, 401, 403, 404, 405,
    408, 409, 413, 415, 422, 429, 500, 501, 503, 0};

enum { STATUSES = sizeof statuses / sizeof statuses[0] };

static atomic_ullong answers[KINDS][STATUSES];
static struct histogram request_seconds[KINDS], commit_seconds, commit_batches;
static atomic_ullong stored, duplicate, rejected, failed_commits, cut;
static atomic_llong connections;

static void
observe(struct histogram *h, const double *bounds, double value)
{
	size_t i = 0;

	while (bounds[i] != 0 && value > bounds[i])
		i++;
	atomic_fetch_add(&h->bucket[i], 1);
	atomic_fetch_add(&h->sum, (unsigned long long)(value * 1e6));
}

void
metrics_request(const struct route *route, int status, int64_t duration_ms)
{
	size_t kind = 0, i = 0;

	while (kind < KINDS - 1 &&
	    (route == NULL || kinds[kind].lane != route->lane))
		kind++;
	while (i < STATUSES - 1 && statuses[i] != status)
		i++;
	atomic_fetch_add(&answers[kind][i], 1);
	observe(
	    &request_seconds[kind], metrics_bounds, (double)duration_ms / 1000);
}

void
metrics_commit(
    size_t batches, const struct ingest_counts *lines, int64_t duration_us)
{
	observe(&commit_seconds, metrics_bounds, (double)duration_us / 1e6);
	observe(&commit_batches, batch_bounds, (double)batches);
	atomic_fetch_add(&stored, lines->stored);
	atomic_fetch_add(&duplicate, lines->duplicate);
	atomic_fetch_add(&rejected, lines->rejected);
}

void
metrics_commit_failed(void)
{
	atomic_fetch_add(&failed_commits, 1);
}

void
metrics_connections(int change)
{
	atomic_fetch_add(&connections, change);
}

void
metrics_cut(void)
{
	atomic_fetch_add(&cut, 1);
}

void
metrics_head(
    struct buf *out, const char *name, const char *type, const char *help)
{
	buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* `labels` is empty or ends with a comma. */
static void
write_histogram(struct buf *out, const char *name, const char *labels,
    struct histogram *h, const double *bounds)
{
	unsigned long long count = 0;
	size_t i, len = strlen(labels);

	for (i = 0; bounds[i] != 0; i++) {
		count += atomic_load(&h->bucket[i]);
		buf_addf(out, "%s_bucket{%sle=\"%g\"} %llu\n", name, labels,
		    bounds[i], count);
	}
	count += atomic_load(&h->bucket[i]);
	buf_addf(out, "%s_bucket{%sle=\"+Inf\"} %llu\n", name, labels, count);
	len -= len > 0;
	buf_addf(out, "%s_sum%s%.*s%s %.6f\n", name, len > 0 ? "{" : "",
	    (int)len, labels, len > 0 ? "}" : "",
	    (double)atomic_load(&h->sum) / 1e6);
	buf_addf(out, "%s_count%s%.*s%s %llu\n", name, len > 0 ? "{" : "",
	    (int)len, labels, len > 0 ? "}" : "", count);
}

static void
write_requests(struct buf *out)
{
	size_t kind, i;

	metrics_head(out, "pf_serve_requests_total", "counter",
	    "Requests answered, by what was asked and the status.");
	for (kind = 0; kind < KINDS; kind++)
		for (i = 0; i < STATUSES; i++) {
			unsigned long long n = atomic_load(&answers[kind][i]);
			char code[8] = "other";

			if (statuses[i] != 0)
				snprintf(code, sizeof code, "%d", statuses[i]);
			if (n > 0)
				buf_addf(out,
				    "pf_serve_requests_total{kind=\"%s\","
				    "code=\"%s\"} %llu\n",
				    kinds[kind].name, code, n);
		}
	metrics_head(out, "pf_serve_request_seconds", "histogram",
	    "Time from a request's first byte to its answer.");
	for (kind = 0; kind < KINDS; kind++) {
		char labels[32];

		snprintf(
		    labels, sizeof labels, "kind=\"%s\",", kinds[kind].name);
		write_histogram(out, "pf_serve_request_seconds", labels,
		    &request_seconds[kind], metrics_bounds);
	}
}

static void
write_commits(struct buf *out)
{
	metrics_head(out, "pf_serve_commit_seconds", "histogram",
	    "Time that writing and syncing a group of batches took.");
	write_histogram(out, "pf_serve_commit_seconds", "", &commit_seconds,
	    metrics_bounds);
	metrics_head(out, "pf_serve_commit_batches", "histogram",
	    "Batches in one commit.");
	write_histogram(
	    out, "pf_serve_commit_batches", "", &commit_batches, batch_bounds);
	metrics_head(out, "pf_serve_commits_failed_total", "counter",
	    "Commits that the store did not take.");
	buf_addf(out, "pf_serve_commits_failed_total %llu\n",
	    atomic_load(&failed_commits));
	metrics_head(out, "pf_serve_events_total", "counter",
	    "Event lines by what became of them.");
	buf_addf(out,
	    "pf_serve_events_total{outcome=\"stored\"} %llu\n"
	    "pf_serve_events_total{outcome=\"duplicate\"} %llu\n"
	    "pf_serve_events_total{outcome=\"rejected\"} %llu\n",
	    atomic_load(&stored), atomic_load(&duplicate),
	    atomic_load(&rejected));
}

void
metrics_write(struct buf *out)
{
	write_requests(out);
	write_commits(out);
	metrics_head(
	    out, "pf_serve_connections", "gauge", "Connections that are open.");
	buf_addf(out, "pf_serve_connections %lld\n", atomic_load(&connections));
	metrics_head(out, "pf_serve_connections_cut_total", "counter",
	    "Connections ended for taking too many places or too long.");
	buf_addf(
	    out, "pf_serve_connections_cut_total %llu\n", atomic_load(&cut));
}
