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
/* What is shown of bytes that are no batch. */
#define SHOWN 60

/* What one commit takes, at most: it bounds memory, and a sender's wait. */
#define GATHER_MAX 64
#define GATHER_BYTES (1024 * 1024)

/* A batch on its way from being read to being answered. */
struct parcel {
	struct ingest_batch batch;
	struct batch header;
	struct buf bytes; /* header and payload */
	char digest[HASH_TEXT];
	struct buf rejected; /* the answer's list, without its brackets */
	const char *why;     /* it is not taken; NULL */
};

struct session {
	struct session_options options;
	struct parcel parcel[GATHER_MAX];
	size_t count;
	bool began, foreign;
	int status;
};

struct session *
session_new(const struct session_options *options)
{
	struct session *s = mem_calloc(1, sizeof *s);
	size_t i;

	s->options = *options;
	for (i = 0; i < GATHER_MAX; i++) {
		buf_init(&s->parcel[i].bytes);
		buf_init(&s->parcel[i].rejected);
	}
	return s;
}

void
session_free(struct session *s)
{
	size_t i;

	for (i = 0; i < GATHER_MAX; i++) {
		buf_release(&s->parcel[i].bytes);
		buf_release(&s->parcel[i].rejected);
	}
	free(s);
}

void
session_reject(void *context, const struct ingest_refused *line)
{
	struct session *s = context;
	/* The batch is the first in its parcel. */
	struct parcel *p = (struct parcel *)line->batch;
	struct emit e;

	rejects_add(s->options.rejects, line);
	if (p->rejected.len > 0)
		buf_add_char(&p->rejected, ',');
	emit_begin(&e, &p->rejected);
	emit_object(&e, NULL);
	emit_u64(&e, "line", line->number);
	emit_bytes_str(&e, "reason", line->reason);
	emit_end(&e);
}

enum got { GOT_ERROR = -1, GOT_END, GOT_ALL, GOT_PART };

/* `n` bytes more behind the batch; GOT_END when there was none of them. */
static enum got
read_bytes(struct session *s, struct buf *bytes, size_t n)
{
	char *room = buf_reserve(bytes, n);
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
	buf_truncate(bytes, bytes->len + have);
	return have == n ? GOT_ALL : have == 0 ? GOT_END : GOT_PART;
}

/* 0, or the exit status that a peer deserves that goes in the middle. */
static int
tell_end(struct session *s, enum got got, size_t have)
{
	if (got == GOT_ERROR) {
		msg_warn("read %s", s->options.peer);
		return msg_exit_code(errno);
	}
	if (input_stopped() || (got == GOT_END && have == 0))
		return 0;
	msg_warnx("%s: a batch is cut off", s->options.peer);
	return EX_TEMPFAIL;
}

/* A banner of the other side's shell, say. */
static void
tell_foreign(struct session *s, const struct buf *bytes)
{
	msg_warnx("%s: no batch header: %s", s->options.peer,
	    msg_quote_n(bytes->data, bytes->len < SHOWN ? bytes->len : SHOWN));
	s->foreign = true;
	s->status = exit_worse(s->status, EX_DATAERR);
}

/* The next batch: false when there is none, with s->status. */
static bool
read_parcel(struct session *s, struct parcel *p)
{
	const char *why;
	enum got got;

	p->why = NULL;
	got = read_bytes(s, &p->bytes, BATCH_HEADER);
	if (got != GOT_ERROR && !input_stopped() &&
	    !batch_can_begin(p->bytes.data, p->bytes.len)) {
		tell_foreign(s, &p->bytes);
		return false;
	}
	if (got != GOT_ALL) {
		s->status =
		    exit_worse(s->status, tell_end(s, got, p->bytes.len));
		return false;
	}
	/* After this there is no telling where the next one begins. */
	why = batch_read_header(&p->header, p->bytes.data, p->bytes.len);
	if (why == NULL && p->header.bytes > PAYLOAD_MAX)
		why = "a batch is too large";
	if (why != NULL) {
		msg_warnx("%s: %s", s->options.peer, why);
		s->status = exit_worse(s->status, EX_DATAERR);
		return false;
	}
	got = read_bytes(s, &p->bytes, p->header.bytes);
	if (got != GOT_ALL && p->header.bytes > 0) {
		s->status =
		    exit_worse(s->status, tell_end(s, got, p->bytes.len));
		return false;
	}
	s->began = true;
	return true;
}

static bool
is_repeated(const struct session *s, const char *key)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (strcmp(s->parcel[i].header.key, key) == 0)
			return true;
	return false;
}

/*
 * Waits for a batch and takes what is there behind it. False when nothing more
 * will come. A key that comes again is left for the commit after this one, in
 * the place behind the last.
 */
static bool
gather(struct session *s)
{
	size_t bytes = 0;

	while (s->count == 0 ||
	    (bytes < GATHER_BYTES && s->count < GATHER_MAX - 1 &&
		input_wait(s->options.in, 0) == 1)) {
		if (!read_parcel(s, &s->parcel[s->count])) {
			buf_clear(&s->parcel[s->count].bytes);
			return false;
		}
		if (is_repeated(s, s->parcel[s->count].header.key))
			return true;
		bytes += s->parcel[s->count].bytes.len;
		s->count++;
	}
	return true;
}

/* The room of an embedded input is given back. */
static void
empty(struct parcel *p)
{
	if (p->bytes.cap > GATHER_BYTES)
		buf_release(&p->bytes);
	buf_clear(&p->bytes);
}

/* The repeated one, if there is one, is the next to be taken. */
static void
carry_over(struct session *s)
{
	struct parcel *p = &s->parcel[s->count], first;

	while (s->count > 0)
		empty(&s->parcel[--s->count]);
	if (p->bytes.len == 0)
		return;
	first = s->parcel[0];
	s->parcel[0] = *p;
	*p = first;
	s->count = 1;
}

/* False when nobody hears it. */
static bool
send_line(struct session *s, struct buf *line)
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
    struct session *s, const struct parcel *p, const char *why, int status)
{
	struct buf line = BUF_INIT;
	struct emit e;
	bool heard;

	msg_warnx("%s: batch %s: %s", s->options.peer, p->header.key, why);
	s->status = exit_worse(s->status, status);
	emit_begin(&e, &line);
	emit_object(&e, NULL);
	emit_string(&e, "key", p->header.key);
	emit_bytes_str(&e, "error", why);
	emit_i64(&e, "exit", status);
	emit_end(&e);
	heard = send_line(s, &line);
	buf_release(&line);
	return heard;
}

static bool
answer_stored(struct session *s, const struct parcel *p)
{
	const struct ingest_counts *n = &p->batch.counts;
	struct buf line = BUF_INIT;
	bool heard;

	if (n->rejected > 0)
		s->status = exit_worse(s->status, 1);
	buf_addf(&line,
	    "{\"key\":\"%s\",\"stored\":%llu,\"duplicate\":%llu,\"rejected\":[",
	    p->header.key, (unsigned long long)n->stored,
	    (unsigned long long)n->duplicate);
	buf_add(&line, p->rejected.data, p->rejected.len);
	buf_add_str(&line, "]}");
	heard = send_line(s, &line);
	buf_release(&line);
	return heard;
}

static void
take_lines(struct ingest *in, const struct parcel *p)
{
	const char *payload = p->bytes.data + BATCH_HEADER;
	const char *end = payload + p->header.bytes, *newline;
	unsigned long long number = 0;

	for (; payload < end; payload = newline + 1) {
		newline = memchr(payload, '\n', (size_t)(end - payload));
		ingest_line(in, p->header.key, ++number, payload,
		    (size_t)(newline - payload));
	}
}

/* -1 with db_error. */
static int
take_parcel(struct session *s, struct ingest *in, struct parcel *p)
{
	int seen;

	buf_clear(&p->rejected);
	p->why = batch_read(&p->header, p->bytes.data, p->bytes.len);
	if (p->why == NULL && p->header.lines > LINES_MAX)
		p->why = "has too many lines";
	if (p->why != NULL)
		return 0;
	hash_bytes(p->bytes.data + BATCH_HEADER, p->header.bytes, p->digest);
	seen = ingest_seen_batch(in, p->header.key, p->digest);
	if (seen < 0)
		return -1;
	if (seen == 2) {
		p->why = "its key was used for other lines";
		return 0;
	}
	p->batch = (struct ingest_batch){
	    .key = p->header.key, .digest = p->digest, .node = s->options.node};
	ingest_begin(in, &p->batch);
	take_lines(in, p);
	return 0;
}

/* Those from `from` up to `to`, in one commit. */
static int
store_parcels(struct session *s, struct ingest *in, size_t from, size_t to)
{
	for (; from < to; from++)
		if (take_parcel(s, in, &s->parcel[from]) < 0)
			return -1;
	return ingest_commit(in);
}

static bool
answer_stored_all(struct session *s, size_t from, size_t to)
{
	bool heard = true;

	for (; heard && from < to; from++) {
		const struct parcel *p = &s->parcel[from];

		heard = p->why == NULL ? answer_stored(s, p)
				       : answer_error(s, p, p->why, EX_DATAERR);
	}
	return heard;
}

/*
 * Stores and answers; false when the session cannot go on. Where there is no
 * room for all there may be for some.
 */
static bool
take_parcels(
    struct session *s, struct ingest *in, struct db *db, size_t from, size_t to)
{
	const struct db_error *error = db_error(db);

	db_forget_error(db);
	if (store_parcels(s, in, from, to) == 0)
		return answer_stored_all(s, from, to);
	ingest_drop(in);
	if (error->fault != DB_FAULT_FULL || to - from == 1) {
		answer_error(s, &s->parcel[from], error->text,
		    db_exit_code(error->fault));
		return false;
	}
	for (; from < to; from++)
		if (!take_parcels(s, in, db, from, from + 1))
			return false;
	return true;
}

int
session_run(struct session *s, struct ingest *in, struct db *db)
{
	bool more = true;

	signal(SIGPIPE, SIG_IGN);
	while (more && !input_stopped()) {
		more = gather(s);
		if (s->count > 0 && !take_parcels(s, in, db, 0, s->count))
			break;
		s->status = exit_worse(
		    s->status, s->options.committed(s->options.context));
		carry_over(s);
	}
	return s->status;
}

bool
session_began(const struct session *s)
{
	return s->began;
}

bool
session_is_foreign(const struct session *s)
{
	return s->foreign;
}
