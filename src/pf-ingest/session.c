/* Batches over a pair of descriptors. */
#include "session.h"

#include <errno.h>
#include <signal.h>
#include <sysexits.h>

#include "batch.h"
#include "emit.h"
#include "event.h"
#include "input.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "stage.h"

/* One embedded input at its largest, and some events beside it. */
#define PAYLOAD_MAX (EVENT_LINE_MAX_EMBEDDED + EVENT_LINE_MAX)
#define LINES_MAX 100000

struct session {
	struct session_options options;
	struct buf batch;    /* header and payload */
	struct buf rejected; /* the answer's list, without its brackets */
	int status;
};

struct session *
session_new(const struct session_options *options)
{
	struct session *s = mem_calloc(1, sizeof *s);

	s->options = *options;
	buf_init(&s->batch);
	buf_init(&s->rejected);
	return s;
}

void
session_free(struct session *s)
{
	buf_release(&s->batch);
	buf_release(&s->rejected);
	free(s);
}

void
session_reject(void *context, const struct ingest_refused *line)
{
	struct session *s = context;
	struct emit e;

	rejects_add(s->options.rejects, line);
	if (s->rejected.len > 0)
		buf_add_char(&s->rejected, ',');
	emit_begin(&e, &s->rejected);
	emit_object(&e, NULL);
	emit_u64(&e, "line", line->number);
	emit_bytes_str(&e, "reason", line->reason);
	emit_end(&e);
}

enum got { GOT_ERROR = -1, GOT_END, GOT_ALL, GOT_PART };

/* `n` bytes more behind the batch; GOT_END when there was none of them. */
static enum got
read_bytes(struct session *s, size_t n)
{
	char *room = buf_reserve(&s->batch, n);
	size_t have = 0;

	while (have < n) {
		int ready = input_wait(s->options.in, -1);
		ssize_t got = ready <= 0
		    ? ready
		    : read(s->options.in, room + have, n - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return GOT_ERROR;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	buf_truncate(&s->batch, s->batch.len + have);
	return have == n ? GOT_ALL : have == 0 ? GOT_END : GOT_PART;
}

/* 0, or the exit status that a peer deserves that goes in the middle. */
static int
tell_end(struct session *s, enum got got)
{
	if (got == GOT_ERROR) {
		msg_warn("read %s", s->options.peer);
		return msg_exit_code(errno);
	}
	if (input_stopped() || (got == GOT_END && s->batch.len == 0))
		return 0;
	msg_warnx("%s: a batch is cut off", s->options.peer);
	return EX_TEMPFAIL;
}

/* The next batch: 1, or 0 when there is none, with s->status. */
static int
read_batch(struct session *s, struct batch *b)
{
	const char *why;
	enum got got;

	buf_clear(&s->batch);
	got = read_bytes(s, BATCH_HEADER);
	if (got != GOT_ALL) {
		s->status = exit_worse(s->status, tell_end(s, got));
		return 0;
	}
	/* After this there is no telling where the next one begins. */
	why = batch_read_header(b, s->batch.data, s->batch.len);
	if (why == NULL && b->bytes > PAYLOAD_MAX)
		why = "a batch is too large";
	if (why != NULL) {
		msg_warnx("%s: %s", s->options.peer, why);
		s->status = exit_worse(s->status, EX_DATAERR);
		return 0;
	}
	got = read_bytes(s, b->bytes);
	if (got != GOT_ALL && b->bytes > 0) {
		s->status = exit_worse(
		    s->status, tell_end(s, got == GOT_END ? GOT_PART : got));
		return 0;
	}
	return 1;
}

/* False when nobody hears it. */
static bool
send_answer(struct session *s, struct buf *line)
{
	buf_add_char(line, '\n');
	if (stage_write_all(s->options.out, line->data, line->len) == 0)
		return true;
	msg_warn("answer %s", s->options.peer);
	s->status = exit_worse(s->status, EX_TEMPFAIL);
	return false;
}

static bool
answer_error(
    struct session *s, const struct batch *b, const char *why, int status)
{
	struct buf line = BUF_INIT;
	struct emit e;
	bool heard;

	msg_warnx("%s: batch %s: %s", s->options.peer, b->key, why);
	s->status = exit_worse(s->status, status);
	emit_begin(&e, &line);
	emit_object(&e, NULL);
	emit_string(&e, "key", b->key);
	emit_bytes_str(&e, "error", why);
	emit_i64(&e, "exit", status);
	emit_end(&e);
	heard = send_answer(s, &line);
	buf_release(&line);
	return heard;
}

static bool
answer_stored(
    struct session *s, const struct batch *b, const struct ingest_counts *n)
{
	struct buf line = BUF_INIT;
	bool heard;

	buf_addf(&line,
	    "{\"key\":\"%s\",\"stored\":%llu,\"duplicate\":%llu,\"rejected\":[",
	    b->key, (unsigned long long)n->stored,
	    (unsigned long long)n->duplicate);
	buf_add(&line, s->rejected.data, s->rejected.len);
	buf_add_str(&line, "]}");
	heard = send_answer(s, &line);
	buf_release(&line);
	return heard;
}

static void
take_lines(struct ingest *in, const struct batch *b, const char *payload)
{
	const char *end = payload + b->bytes, *newline;
	unsigned long long number = 0;

	for (; payload < end; payload = newline + 1) {
		newline = memchr(payload, '\n', (size_t)(end - payload));
		ingest_line(
		    in, b->key, ++number, payload, (size_t)(newline - payload));
	}
}

/* NULL, or why the batch is not taken, with *status. */
static const char *
store_batch(
    struct session *s, struct ingest *in, struct db *db, const struct batch *b)
{
	const char *payload = s->batch.data + BATCH_HEADER;
	char digest[HASH_TEXT];
	int seen;

	hash_bytes(payload, b->bytes, digest);
	seen = ingest_seen_batch(in, b->key, digest);
	if (seen == 2)
		return "its key was used for other lines";
	if (seen >= 0) {
		ingest_name_batch(in, b->key, digest);
		take_lines(in, b, payload);
		if (ingest_commit(in) == 0)
			return NULL;
	}
	ingest_drop(in);
	return db_error(db)->text;
}

/* False when the session cannot go on. */
static bool
take_batch(struct session *s, struct ingest *in, struct db *db,
    const struct batch *header)
{
	struct ingest_counts before = *ingest_counts(in), n;
	struct batch b;
	const char *why = batch_read(&b, s->batch.data, s->batch.len);

	buf_clear(&s->rejected);
	if (why == NULL && b.lines > LINES_MAX)
		why = "has too many lines";
	if (why != NULL)
		return answer_error(s, header, why, EX_DATAERR);
	db_forget_error(db);
	why = store_batch(s, in, db, &b);
	if (why != NULL) {
		int code = db_exit_code(db_error(db)->fault);

		/* A key with other lines is no fault of the store's. */
		return answer_error(
			   s, &b, why, code == 0 ? EX_DATAERR : code) &&
		    code == 0;
	}
	n = *ingest_counts(in);
	n.stored -= before.stored;
	n.duplicate -= before.duplicate;
	if (n.rejected > before.rejected)
		s->status = exit_worse(s->status, 1);
	if (!answer_stored(s, &b, &n))
		return false;
	s->status =
	    exit_worse(s->status, s->options.committed(s->options.context));
	return true;
}

int
session_run(struct session *s, struct ingest *in, struct db *db)
{
	struct batch b;

	signal(SIGPIPE, SIG_IGN);
	while (!input_stopped() && read_batch(s, &b) == 1)
		if (!take_batch(s, in, db, &b))
			break;
	return s->status;
}
