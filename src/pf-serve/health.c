/*
 * Alive is a writer that moves; ready is also a store that took its last
 * write, on a disk with room.
 */
#include "health.h"

#include <errno.h>
#include <libgen.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "emit.h"
#include "libstore/db.h"
#include "mem.h"
#include "metrics.h"

/* Longer than any commit, and than the pauses between two proofs. */
#define STUCK_MS 60000

static struct health_options watched;
static atomic_bool stopping;

void
health_watch(const struct health_options *options)
{
	watched = *options;
}

void
health_stop(void)
{
	atomic_store(&stopping, true);
}

/* The free part of the disk that a path is on, or will be; -1: unknown. */
static double
free_ratio(const char *path, uint64_t *bytes)
{
	struct statvfs fs;
	char *copy;
	int got;

	if (path == NULL)
		return -1;
	copy = mem_dup(path);
	got = statvfs(path, &fs);
	if (got < 0 && errno == ENOENT)
		got = statvfs(dirname(copy), &fs);
	free(copy);
	if (got < 0 || fs.f_blocks == 0)
		return -1;
	*bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	return (double)fs.f_bavail / (double)fs.f_blocks;
}

static const char *
store_path(void)
{
	return db_is_file(watched.db) ? watched.db : NULL;
}

/* NULL, or what keeps the server from its work. */
static const char *
what_is_wrong(const struct writer_state *state, bool alive_is_enough)
{
	uint64_t bytes;
	double free_part = free_ratio(store_path(), &bytes);

	if (state->idle_ms > STUCK_MS)
		return "the writer is stuck";
	if (alive_is_enough)
		return NULL;
	if (atomic_load(&stopping))
		return "the server is stopping";
	if (state->failed)
		return state->why;
	if (free_part >= 0 && free_part < watched.free_min)
		return "the store's disk is nearly full";
	free_part = free_ratio(watched.artifacts, &bytes);
	return free_part >= 0 && free_part < watched.free_min
	    ? "the disk for inputs is nearly full"
	    : NULL;
}

static void
answer(struct answer *a, bool alive_is_enough)
{
	struct writer_state state;
	const char *why;
	struct emit e;

	writer_state(watched.writer, &state);
	why = what_is_wrong(&state, alive_is_enough);
	if (why != NULL) {
		answer_error(a, 503, "%s", why);
		a->retry_after = 10;
		return;
	}
	emit_begin(&e, &a->body);
	emit_object(&e, NULL);
	emit_string(&e, "status", "ok");
	emit_u64(&e, "waiting_requests", writer_waiting(watched.writer));
	emit_real(
	    &e, "last_write_age_seconds", (double)state.written_ms / 1000);
	emit_end(&e);
}

void
route_health(struct db *db, const struct request *r, struct answer *a)
{
	(void)db;
	(void)r;
	answer(a, true);
}

void
route_ready(struct db *db, const struct request *r, struct answer *a)
{
	(void)db;
	(void)r;
	answer(a, false);
}

static void
write_disk(struct buf *out, const char *what, const char *path)
{
	uint64_t bytes = 0;

	if (free_ratio(path, &bytes) >= 0)
		buf_addf(out, "pf_serve_disk_free_bytes{of=\"%s\"} %llu\n",
		    what, (unsigned long long)bytes);
}

static void
write_server(struct buf *out)
{
	struct writer_state state;

	writer_state(watched.writer, &state);
	metrics_head(out, "pf_serve_info", "gauge", "The program's version.");
	buf_add_str(out, "pf_serve_info{version=\"" PF_VERSION "\"} 1\n");
	metrics_head(out, "pf_serve_waiting_requests", "gauge",
	    "Requests that wait for the writer.");
	buf_addf(out, "pf_serve_waiting_requests %zu\n",
	    writer_waiting(watched.writer));
	metrics_head(out, "pf_serve_ready", "gauge",
	    "Whether the server takes what it is given.");
	buf_addf(
	    out, "pf_serve_ready %d\n", what_is_wrong(&state, false) == NULL);
	metrics_head(out, "pf_serve_last_write_age_seconds", "gauge",
	    "Time since the store last took a write.");
	buf_addf(out, "pf_serve_last_write_age_seconds %.3f\n",
	    (double)state.written_ms / 1000);
	metrics_head(out, "pf_serve_disk_free_bytes", "gauge",
	    "Room on the disks of the store and of kept inputs.");
	write_disk(out, "store", store_path());
	write_disk(out, "artifacts", watched.artifacts);
}

/* How long jobs took that came to an end, cumulative as histograms are. */
static int
write_durations(struct buf *out, struct db *db)
{
	struct db_statement *s = db_static(db,
	    "SELECT count(*), coalesce(sum(duration_seconds), 0),"
	    " sum(CASE WHEN duration_seconds <= 60 THEN 1 ELSE 0 END),"
	    " sum(CASE WHEN duration_seconds <= 600 THEN 1 ELSE 0 END),"
	    " sum(CASE WHEN duration_seconds <= 3600 THEN 1 ELSE 0 END),"
	    " sum(CASE WHEN duration_seconds <= 21600 THEN 1 ELSE 0 END),"
	    " sum(CASE WHEN duration_seconds <= 86400 THEN 1 ELSE 0 END),"
	    " sum(CASE WHEN duration_seconds <= 604800 THEN 1 ELSE 0 END)"
	    " FROM job_states WHERE state_order = 4"
	    " AND duration_seconds IS NOT NULL");
	static const int bounds[] = {60, 600, 3600, 21600, 86400, 604800};
	size_t i;

	if (s == NULL || db_step(s) != DB_ROW)
		return -1;
	metrics_head(out, "pf_job_duration_seconds", "histogram",
	    "Duration of jobs that came to an end.");
	for (i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
		buf_addf(out,
		    "pf_job_duration_seconds_bucket{le=\"%d\"} %lld\n",
		    bounds[i],
		    (long long)db_column_integer_or(s, (int)i + 2, 0));
	buf_addf(out,
	    "pf_job_duration_seconds_bucket{le=\"+Inf\"} %lld\n"
	    "pf_job_duration_seconds_sum %.3f\n"
	    "pf_job_duration_seconds_count %lld\n",
	    (long long)db_column_integer(s, 0), db_column_real(s, 1),
	    (long long)db_column_integer(s, 0));
	db_reset(s);
	return 0;
}

/* A gauge by one label, of rows of label and count. */
static int
write_counts(struct buf *out, struct db *db, const char *name,
    const char *label, const char *help, const char *sql)
{
	struct db_statement *s = db_static(db, sql);
	enum db_step step;

	if (s == NULL)
		return -1;
	metrics_head(out, name, "gauge", help);
	while ((step = db_step(s)) == DB_ROW)
		buf_addf(out, "%s{%s=\"%s\"} %lld\n", name, label,
		    db_column_text(s, 0), (long long)db_column_integer(s, 1));
	db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

void
route_metrics(struct db *db, const struct request *r, struct answer *a)
{
	struct buf *out = &a->body;

	(void)r;
	a->type = "text/plain; version=0.0.4; charset=utf-8";
	write_server(out);
	metrics_write(out);
	if (write_counts(out, db, "pf_jobs", "state", "Jobs by state.",
		"SELECT state, count(*) FROM jobs WHERE state IS NOT NULL"
		" GROUP BY state ORDER BY state") < 0 ||
	    write_counts(out, db, "pf_crash_groups", "severity",
		"Groups of crashes by severity.",
		"SELECT coalesce(severity, 'unrated'), count(*) FROM"
		" crash_groups GROUP BY severity ORDER BY 1") < 0 ||
	    write_durations(out, db) < 0)
		route_failed(db, a);
}
