/* Groups of batches, and single calls between them. */
#include "writer.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sysexits.h>

#include "clock.h"
#include "emit.h"
#include "libstore/migrate.h"
#include "mem.h"
#include "metrics.h"
#include "msg.h"
#include "waiting.h"

/* What one commit takes, at most. */
#define GROUP_MAX 256
#define GROUP_BYTES (2 * 1024 * 1024)
/* How often an idle writer proves that the store can be written to. */
#define PROBE_MS 15000
/* A group touches more pages than a batch: those of its types, by their ids
 * and by their series. */
#define CACHE_KIB 8000

struct writer {
	struct writer_options options;
	struct db *db;
	struct ingest *in;
	struct waiting waiting;
	pthread_t thread;
	/* What is in hand. */
	struct exchange *group[GROUP_MAX];
	size_t count, bytes;
	/* For others to see. */
	atomic_llong moved_at, written_at;
	pthread_mutex_t lock;
	bool failed;
	char why[512];
};

/* Writes what is there already: 0, or -1 with db_error. */
static int
write_again(struct db *db)
{
	struct db_statement *s = db_static(db,
	    "UPDATE schema_migrations SET applied_at = applied_at"
	    " WHERE version = 1");

	if (s != NULL && db_begin(db) == 0 && db_run(s) == 0 &&
	    db_commit(db) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

/* A batch is the first thing in its exchange. */
static void
reject(void *context, const struct ingest_refused *line)
{
	struct exchange *x = (struct exchange *)line->batch;
	struct emit e;

	(void)context;
	if (x->rejected.len > 0)
		buf_add_char(&x->rejected, ',');
	emit_begin(&e, &x->rejected);
	emit_object(&e, NULL);
	emit_u64(&e, "line", line->number);
	emit_bytes_str(&e, "reason", line->reason);
	emit_end(&e);
}

static void
note(struct writer *w, bool written)
{
	if (written)
		atomic_store(&w->written_at, clock_monotonic());
	pthread_mutex_lock(&w->lock);
	/* Once for each reason in a row. */
	if (!written && (!w->failed || strcmp(w->why, db_error(w->db)->text)))
		msg_warnx("%s", db_error(w->db)->text);
	if (written && w->failed)
		msg_warnx("the store takes what it is given again");
	w->failed = !written;
	snprintf(
	    w->why, sizeof w->why, "%s", written ? "" : db_error(w->db)->text);
	pthread_mutex_unlock(&w->lock);
}

static bool
fits(void *context, const struct exchange *x)
{
	struct writer *w = context;
	size_t i;

	if (x->route->lane != LANE_BATCH || w->count == GROUP_MAX ||
	    w->bytes + x->request.body.len > GROUP_BYTES)
		return false;
	/* Two of one key are one too many for one commit. */
	for (i = 0; x->key != NULL && i < w->count; i++)
		if (w->group[i]->key != NULL &&
		    strcmp(w->group[i]->key, x->key) == 0)
			return false;
	return true;
}

static void
take_lines(struct ingest *in, const struct exchange *x)
{
	const char *at = x->request.body.data, *end, *newline;
	unsigned long long number = 0;

	for (end = at + x->request.body.len; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (newline == NULL)
			newline = end;
		ingest_line(in, "batch", ++number, at, (size_t)(newline - at));
	}
}

/* 0, or 1 when the answer is no already, -1 with db_error. */
static int
take_batch(struct writer *w, struct exchange *x)
{
	int seen = 0;

	buf_clear(&x->rejected);
	if (x->key != NULL)
		seen = ingest_seen_batch(w->in, x->key, x->digest);
	if (seen < 0)
		return -1;
	if (seen == 2) {
		answer_error(&x->answer, 422,
		    "this key was used for other lines before");
		return 1;
	}
	x->batch = (struct ingest_batch){.key = x->key,
	    .digest = x->key == NULL ? NULL : x->digest,
	    .node = x->request.caller.node[0] == '\0' ? NULL
						      : x->request.caller.node};
	ingest_begin(w->in, &x->batch);
	take_lines(w->in, x);
	return 0;
}

/* Those in hand, in one commit. */
static int
store_group(struct writer *w)
{
	struct ingest_counts lines = {0, 0, 0};
	int64_t began = clock_monotonic_us();
	size_t i;

	for (i = 0; i < w->count; i++) {
		int code = take_batch(w, w->group[i]);

		if (code < 0)
			return -1;
		if (code == 0)
			continue;
		w->options.done(w->group[i]);
		w->group[i--] = w->group[--w->count];
	}
	if (ingest_commit(w->in) < 0)
		return -1;
	for (i = 0; i < w->count; i++) {
		lines.stored += w->group[i]->batch.counts.stored;
		lines.duplicate += w->group[i]->batch.counts.duplicate;
		lines.rejected += w->group[i]->batch.counts.rejected;
	}
	metrics_commit(w->count, &lines, clock_monotonic_us() - began);
	note(w, true);
	if (lines.stored > 0)
		w->options.committed();
	return 0;
}

static void
answer_stored(struct exchange *x)
{
	const struct ingest_counts *n = &x->batch.counts;
	struct buf *body = &x->answer.body;

	if (n->rejected > 0)
		msg_info("batch %s: %llu lines were rejected",
		    x->key == NULL ? "without a key" : msg_quote(x->key),
		    (unsigned long long)n->rejected);
	buf_add_char(body, '{');
	if (x->key != NULL)
		buf_addf(body, "\"key\":\"%s\",", x->key);
	buf_addf(body, "\"stored\":%llu,\"duplicate\":%llu,\"rejected\":[",
	    (unsigned long long)n->stored, (unsigned long long)n->duplicate);
	buf_add(body, x->rejected.data, x->rejected.len);
	buf_add_str(body, "]}");
}

static void
answer_group(struct writer *w, bool stored)
{
	size_t i;

	for (i = 0; i < w->count; i++) {
		if (stored)
			answer_stored(w->group[i]);
		else
			route_failed(w->db, &w->group[i]->answer);
		w->options.done(w->group[i]);
	}
	w->count = 0;
}

/* Where there is no room for all there may be for some. */
static void
store_singly(struct writer *w)
{
	struct exchange *all[GROUP_MAX];
	size_t i, n = w->count;

	memcpy(all, w->group, n * sizeof all[0]);
	for (i = 0; i < n; i++) {
		bool stored;

		w->group[0] = all[i];
		w->count = 1;
		stored = store_group(w) == 0;
		if (!stored)
			ingest_drop(w->in);
		answer_group(w, stored);
	}
}

static void
write_group(struct writer *w)
{
	db_forget_error(w->db);
	if (store_group(w) == 0) {
		answer_group(w, true);
		return;
	}
	ingest_drop(w->in);
	metrics_commit_failed();
	note(w, false);
	if (db_error(w->db)->fault == DB_FAULT_FULL && w->count > 1)
		store_singly(w);
	else
		answer_group(w, false);
}

static void
answer_call(struct writer *w, struct exchange *x)
{
	int tries = 2;

	do {
		db_forget_error(w->db);
		answer_release(&x->answer);
		answer_init(&x->answer);
		x->route->answer(w->db, &x->request, &x->answer);
		db_rollback(w->db);
	} while (--tries > 0 && db_error(w->db)->fault == DB_FAULT_LOST &&
	    db_reopen(w->db) == 0);
	w->options.committed();
	w->options.done(x);
}

static void
probe(struct writer *w)
{
	bool good;

	db_forget_error(w->db);
	good = write_again(w->db) == 0;
	if (!good && db_error(w->db)->fault == DB_FAULT_LOST)
		good = db_reopen(w->db) == 0;
	note(w, good);
}

static void
take_group(struct writer *w, struct exchange *first)
{
	struct exchange *x = first;

	w->bytes = 0;
	do {
		w->group[w->count++] = x;
		w->bytes += x->request.body.len;
		x = waiting_take_if(&w->waiting, fits, w);
	} while (x != NULL);
	write_group(w);
}

static void *
work(void *context)
{
	struct writer *w = context;
	bool closed = false;

	while (!closed) {
		struct exchange *x =
		    waiting_take(&w->waiting, PROBE_MS, &closed);

		atomic_store(&w->moved_at, clock_monotonic());
		if (x == NULL && !closed)
			probe(w);
		else if (x != NULL && x->route->lane == LANE_BATCH)
			take_group(w, x);
		else if (x != NULL)
			answer_call(w, x);
	}
	return NULL;
}

static struct db *
open_store(const struct writer_options *o, int *status)
{
	struct db_error error;
	struct db_options how = {DB_CREATE, o->wait_ms, CACHE_KIB};
	struct db *db = db_open(o->db, &how, &error);

	if (db != NULL && migrate_prepare(db) == 0 && write_again(db) == 0)
		return db;
	if (db != NULL)
		error = *db_error(db);
	msg_warnx("%s", error.text);
	*status = db_exit_code(error.fault);
	db_close(db);
	return NULL;
}

struct writer *
writer_start(const struct writer_options *options, int *status)
{
	struct db *db = open_store(options, status);
	struct writer *w;

	if (db == NULL)
		return NULL;
	w = mem_calloc(1, sizeof *w);
	w->options = *options;
	w->db = db;
	w->in = ingest_new(db,
	    &(struct ingest_options){.artifacts = options->artifacts,
		.lines_stay = true,
		.announce = options->announce,
		.wait_ms = options->wait_ms,
		.reject = reject});
	waiting_init(&w->waiting, options->waiting_max);
	pthread_mutex_init(&w->lock, NULL);
	atomic_store(&w->moved_at, clock_monotonic());
	atomic_store(&w->written_at, clock_monotonic());
	if (pthread_create(&w->thread, NULL, work, w) != 0)
		msg_diex(EX_OSERR, "no thread can be made for the writer");
	return w;
}

bool
writer_put(struct writer *w, struct exchange *x)
{
	return waiting_put(&w->waiting, x);
}

size_t
writer_waiting(struct writer *w)
{
	return waiting_count(&w->waiting);
}

void
writer_stop(struct writer *w)
{
	waiting_close(&w->waiting);
	pthread_join(w->thread, NULL);
	waiting_release(&w->waiting);
	ingest_free(w->in);
	db_close(w->db);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

void
writer_state(struct writer *w, struct writer_state *state)
{
	int64_t now = clock_monotonic();

	state->idle_ms = now - atomic_load(&w->moved_at);
	state->written_ms = now - atomic_load(&w->written_at);
	pthread_mutex_lock(&w->lock);
	state->failed = w->failed;
	memcpy(state->why, w->why, sizeof state->why);
	pthread_mutex_unlock(&w->lock);
}
