/* Batches: one transaction each, redone without a line that is refused. */
#include "ingest.h"

#include "buf.h"
#include "clock.h"
#include "ingest_store.h"
#include "mem.h"

struct ingest *
ingest_new(struct db *db, ingest_reject *reject, void *context)
{
	struct ingest *in = mem_calloc(1, sizeof *in);

	in->db = db;
	in->reject = reject;
	in->context = context;
	return in;
}

static void
forget_pending(struct ingest *in)
{
	size_t i;

	for (i = 0; i < in->pending_count; i++)
		record_free(in->pending[i]);
	in->pending_count = 0;
	in->pending_bytes = 0;
	in->rejected_since = 0;
}

void
ingest_free(struct ingest *in)
{
	if (in == NULL)
		return;
	forget_pending(in);
	free(in->pending);
	free(in);
}

void
ingest_refuse(struct ingest *in, const struct ingest_refused *line)
{
	in->counts.rejected++;
	in->rejected_since++;
	in->reject(in->context, line);
}

void
ingest_line(struct ingest *in, const char *source, unsigned long long number,
    const char *line, size_t len)
{
	struct ingest_refused refused = {source, number, line, len, NULL};
	struct record *r = record_from_line(line, len, &refused.reason);

	if (r == NULL) {
		ingest_refuse(in, &refused);
		return;
	}
	r->source = source;
	r->number = number;
	MEM_GROW(in->pending, in->pending_count, in->pending_cap);
	in->pending[in->pending_count++] = r;
	in->pending_bytes += len;
}

size_t
ingest_pending(const struct ingest *in)
{
	return in->pending_count;
}

size_t
ingest_pending_bytes(const struct ingest *in)
{
	return in->pending_bytes;
}

const struct ingest_counts *
ingest_counts(const struct ingest *in)
{
	return &in->counts;
}

/* Takes the record at `i` out of the batch and tells of it. */
static void
refuse_pending(struct ingest *in, size_t i)
{
	struct record *r = in->pending[i];
	struct buf reason = BUF_INIT;
	struct ingest_refused line = {
	    r->source, r->number, r->line, r->len, NULL};

	buf_addf(&reason, "the store refuses it: %s", db_error(in->db)->text);
	line.reason = reason.data;
	in->pending_bytes -= r->len;
	in->pending_count--;
	memmove(in->pending + i, in->pending + i + 1,
	    (in->pending_count - i) * sizeof *in->pending);
	ingest_refuse(in, &line);
	buf_release(&reason);
	record_free(r);
}

static int
record_batch(struct ingest *in, const struct ingest_counts *batch)
{
	struct db_statement *s = db_static(in->db,
	    "INSERT INTO batches (committed_at, received, stored, duplicate,"
	    " rejected) VALUES (?1, ?2, ?3, ?4, ?5)");

	if (s == NULL)
		return -1;
	db_bind_integer(s, 1, clock_now());
	db_bind_integer(s, 2,
	    (int64_t)(batch->stored + batch->duplicate + batch->rejected));
	db_bind_integer(s, 3, (int64_t)batch->stored);
	db_bind_integer(s, 4, (int64_t)batch->duplicate);
	db_bind_integer(s, 5, (int64_t)batch->rejected);
	return db_run(s);
}

/* All that is pending; on failure *failed is the record's place. */
static int
write_pending(struct ingest *in, struct ingest_counts *batch, size_t *failed)
{
	size_t i;

	for (i = 0; i < in->pending_count; i++) {
		*failed = i;
		switch (ingest_event(in, in->pending[i])) {
		case INGEST_FAILED:
			return -1;
		case INGEST_STORED:
			batch->stored++;
			break;
		case INGEST_DUPLICATE:
			batch->duplicate++;
			break;
		}
	}
	*failed = in->pending_count;
	batch->rejected = in->rejected_since;
	/* A batch that changes nothing leaves no trace and needs no disk. */
	if (batch->stored == 0) {
		db_rollback(in->db);
		return 0;
	}
	if (record_batch(in, batch) < 0)
		return -1;
	return db_commit(in->db);
}

int
ingest_commit(struct ingest *in)
{
	size_t failed;

	while (in->pending_count > 0) {
		struct ingest_counts batch = {0, 0, 0};

		if (db_begin(in->db) < 0)
			return -1;
		if (write_pending(in, &batch, &failed) == 0) {
			in->counts.stored += batch.stored;
			in->counts.duplicate += batch.duplicate;
			forget_pending(in);
			return 0;
		}
		db_rollback(in->db);
		if (db_error(in->db)->fault != DB_FAULT_CONSTRAINT ||
		    failed == in->pending_count)
			return -1;
		refuse_pending(in, failed);
	}
	return 0;
}
