/* Batches into one transaction, redone without a line that is refused. */
#include "ingest.h"

#include <stdlib.h>

#include "buf.h"
#include "clock.h"
#include "ingest_store.h"
#include "mem.h"
#include "migrate.h"
#include "msg.h"

struct ingest *
ingest_new(struct db *db, const struct ingest_options *options)
{
	struct ingest *in = mem_calloc(1, sizeof *in);

	in->db = db;
	in->options = *options;
	in->lone.node = options->node;
	in->reader = (struct record_reader)RECORD_READER_INIT;
	in->scratch = (struct buf)BUF_INIT;
	in->ids = in->groups = in->nodes = in->jobs = in->series = in->builds =
	    (struct names)NAMES_INIT;
	if (options->artifacts != NULL)
		in->artifacts = artifacts_new(options->artifacts);
	return in;
}

void
ingest_drop(struct ingest *in)
{
	in->pending_count = 0;
	in->batch_count = 0;
	arena_clear(&in->reader.arena);
}

void
ingest_free(struct ingest *in)
{
	if (in == NULL)
		return;
	ingest_drop(in);
	artifacts_free(in->artifacts);
	names_release(&in->ids);
	names_release(&in->groups);
	names_release(&in->nodes);
	names_release(&in->jobs);
	names_release(&in->series);
	names_release(&in->builds);
	names_release(&in->rolled);
	names_release(&in->rolled_ids);
	names_release(&in->rolled_days);
	record_reader_release(&in->reader);
	buf_release(&in->scratch);
	free(in->pending);
	free(in->batch);
	free(in->node);
	free(in->group);
	free(in);
}

void
ingest_begin(struct ingest *in, struct ingest_batch *batch)
{
	batch->counts = (struct ingest_counts){0, 0, 0};
	MEM_GROW(in->batch, in->batch_count, in->batch_cap);
	in->batch[in->batch_count++] = batch;
}

/* The one that lines belong to now. */
static struct ingest_batch *
batch_of(struct ingest *in)
{
	if (in->batch_count == 0)
		ingest_begin(in, &in->lone);
	return in->batch[in->batch_count - 1];
}

static void
refuse(struct ingest *in, struct ingest_refused *line)
{
	in->counts.rejected++;
	line->batch->counts.rejected++;
	in->options.reject(in->options.context, line);
}

void
ingest_refuse(struct ingest *in, struct ingest_refused *line)
{
	line->batch = batch_of(in);
	refuse(in, line);
}

/* NULL, or why this batch does not take a record of that node. */
static const char *
check_node(struct ingest *in, const char *sender, const struct record *r)
{
	const char *reason;
	char *text;

	if (sender == NULL)
		return NULL;
	if (r->node == NULL)
		return "names no node";
	if (strcmp(r->node, sender) == 0)
		return NULL;
	text = mem_printf("is of node %s, and its sender is %s",
	    msg_quote(r->node), msg_quote(sender));
	reason = arena_text(&in->reader.arena, text, strlen(text));
	free(text);
	return reason;
}

void
ingest_line(struct ingest *in, const char *source, unsigned long long number,
    const char *line, size_t len)
{
	struct ingest_refused refused = {
	    batch_of(in), source, number, line, len, NULL};
	struct record *r;

	if (len <= EVENT_LINE_MAX && !in->options.lines_stay)
		line = arena_text(&in->reader.arena, line, len);
	r = record_from_line(&in->reader, line, len, &refused.reason);
	if (r != NULL)
		refused.reason = check_node(in, refused.batch->node, r);
	if (r == NULL || refused.reason != NULL) {
		refuse(in, &refused);
		return;
	}
	r->batch = refused.batch;
	r->source = source;
	r->number = number;
	MEM_GROW(in->pending, in->pending_count, in->pending_cap);
	in->pending[in->pending_count++] = r;
}

size_t
ingest_pending(const struct ingest *in)
{
	return in->pending_count;
}

size_t
ingest_pending_bytes(const struct ingest *in)
{
	return in->reader.arena.bytes;
}

const struct ingest_counts *
ingest_counts(const struct ingest *in)
{
	return &in->counts;
}

static int
look_for_batch(struct ingest *in, const char *key, const char *digest)
{
	struct db_statement *s =
	    db_static(in->db, "SELECT digest FROM batches WHERE key = ?1");
	enum db_step step;
	int seen = 0;

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, key);
	step = db_step(s);
	if (step == DB_ROW)
		seen = strcmp(db_column_text(s, 0), digest) == 0 ? 1 : 2;
	db_reset(s);
	return step == DB_FAILED ? -1 : seen;
}

static int
record_batch(struct ingest *in, const struct ingest_batch *batch)
{
	struct db_statement *s = db_static(in->db,
	    "INSERT INTO batches (committed_at, received, stored, duplicate,"
	    " rejected, key, digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
	    " ON CONFLICT (key) DO NOTHING");
	const struct ingest_counts *n = &batch->counts;

	if (s == NULL)
		return -1;
	db_bind_integer(s, 1, clock_now());
	db_bind_integer(
	    s, 2, (int64_t)(n->stored + n->duplicate + n->rejected));
	db_bind_integer(s, 3, (int64_t)n->stored);
	db_bind_integer(s, 4, (int64_t)n->duplicate);
	db_bind_integer(s, 5, (int64_t)n->rejected);
	db_bind_text(s, 6, batch->key);
	db_bind_text(s, 7, batch->digest);
	return db_run(s);
}

/* One that changes nothing and has no key leaves no trace: how many do. */
static int
record_batches(struct ingest *in)
{
	int recorded = 0;
	size_t i;

	for (i = 0; i < in->batch_count; i++) {
		if (in->batch[i]->counts.stored == 0 &&
		    in->batch[i]->key == NULL)
			continue;
		if (record_batch(in, in->batch[i]) < 0)
			return -1;
		recorded++;
	}
	return recorded;
}

/* Embedded inputs are on the disk before the store says that it has them. */
static int
keep_artifacts(struct ingest *in)
{
	if (in->artifacts == NULL || artifacts_keep(in->artifacts) == 0)
		return 0;
	return ingest_artifact_failed(in);
}

/* All that is pending, once. */
static int
write_pending(struct ingest *in)
{
	int64_t stored;
	int recorded;
	size_t i;

	for (i = 0; i < in->batch_count; i++)
		in->batch[i]->counts.stored = in->batch[i]->counts.duplicate =
		    0;
	if (db_begin(in->db) < 0 || migrate_still(in->db) < 0)
		return -1;
	stored = ingest_write(in, in->pending, in->pending_count);
	recorded = stored < 0 ? -1 : record_batches(in);
	if (recorded < 0 || (recorded > 0 && keep_artifacts(in) < 0))
		return -1;
	if (recorded == 0)
		ingest_forget_known(in);
	return stored == 0 ? db_settle(in->db) : db_commit(in->db);
}

static void
undo(struct ingest *in)
{
	db_rollback(in->db);
	ingest_forget_known(in);
	if (in->artifacts != NULL)
		artifacts_drop(in->artifacts);
}

/* Takes the record at `i` out of the batch and tells of it. */
static void
refuse_pending(struct ingest *in, size_t i)
{
	struct record *r = in->pending[i];
	struct buf reason = BUF_INIT;
	struct ingest_refused line = {
	    r->batch, r->source, r->number, r->line, r->len, NULL};

	buf_addf(&reason, "the store refuses it: %s", db_error(in->db)->text);
	line.reason = reason.data;
	in->pending_count--;
	memmove(in->pending + i, in->pending + i + 1,
	    (in->pending_count - i) * sizeof *in->pending);
	refuse(in, &line);
	buf_release(&reason);
}

/*
 * Finds what the schema does not take by writing each record alone, for
 * nothing. Returns how many went, or -1 when something else is wrong.
 */
static int
refuse_misfits(struct ingest *in)
{
	int refused = 0;
	size_t i = 0;

	while (i < in->pending_count) {
		bool good = db_begin(in->db) == 0 &&
		    ingest_write(in, in->pending + i, 1) >= 0 &&
		    db_check(in->db) == 0;

		undo(in);
		if (good) {
			i++;
			continue;
		}
		if (db_error(in->db)->fault != DB_FAULT_CONSTRAINT)
			return -1;
		refuse_pending(in, i);
		refused++;
	}
	return refused;
}

/* Whether another try makes sense, for which all is ready then. */
static bool
can_go_on(struct ingest *in, int64_t until)
{
	struct timespec pause = {0, 1000000};

	switch (db_error(in->db)->fault) {
	case DB_FAULT_CONSTRAINT:
		return refuse_misfits(in) > 0;
	case DB_FAULT_AGAIN:
		nanosleep(&pause, NULL);
		return clock_monotonic() < until;
	case DB_FAULT_LOST:
		return clock_monotonic() < until && db_reopen(in->db) == 0;
	default:
		return false;
	}
}

int
ingest_seen_batch(struct ingest *in, const char *key, const char *digest)
{
	int64_t until = clock_monotonic() + in->options.wait_ms;
	int seen;

	while ((seen = look_for_batch(in, key, digest)) < 0) {
		undo(in);
		if (!can_go_on(in, until))
			return -1;
	}
	return seen;
}

static int
by_id(const void *a, const void *b)
{
	const struct record *x = *(struct record *const *)a,
			    *y = *(struct record *const *)b;
	int order = strcmp(x->id, y->id);

	if (order != 0)
		return order;
	return x->number < y->number ? -1 : x->number > y->number;
}

static void
add_counts(struct ingest *in)
{
	size_t i;

	for (i = 0; i < in->batch_count; i++) {
		in->counts.stored += in->batch[i]->counts.stored;
		in->counts.duplicate += in->batch[i]->counts.duplicate;
	}
}

int
ingest_commit(struct ingest *in)
{
	int64_t until = clock_monotonic() + in->options.wait_ms;

	/* In one order everywhere, so that two who bring the same events do not
	 * wait for each other; and an index grows at its end. */
	if (in->pending_count > 1)
		qsort(
		    in->pending, in->pending_count, sizeof *in->pending, by_id);
	while (in->batch_count > 0 && write_pending(in) < 0) {
		undo(in);
		if (!can_go_on(in, until))
			return -1;
	}
	add_counts(in);
	ingest_drop(in);
	return 0;
}
