/*
 * The sender's side of a session (pf-ingest --session): batches as they lie in
 * the spool out, an answer line for each in, in the same order.
 */
#ifndef PF_SHIP_SESSION_H
#define PF_SHIP_SESSION_H

#include "batch.h"
#include "destination.h"

struct session {
	int in, out; /* borrowed */
	/* In flight, the oldest first. */
	struct consignment *first, *last;
	struct consignment *writing; /* the first that is not all written */
	size_t written;              /* bytes of it, header included */
	char header[BATCH_HEADER];
	struct buf answers; /* read and not yet a whole line */
	int64_t moved;      /* clock_monotonic() of the last byte */
};

enum session_event {
	SESSION_ANSWERED,    /* the oldest has its result */
	SESSION_BROKEN,      /* there will be no more answers */
	SESSION_INTERRUPTED, /* a signal came */
};

void session_init(struct session *s, int in, int out);
void session_release(struct session *s);
/* Puts it behind those in flight; it is written by session_next. */
void session_send(struct session *s, struct consignment *c);
/*
 * Writes and reads until the oldest is answered, or nothing has moved for so
 * long. *why gets the reason of a broken session; what is in flight then has
 * no result.
 */
enum session_event session_next(
    struct session *s, int signals, int64_t timeout_ms, struct buf *why);
/* The oldest in flight, no longer part of the session; NULL: none. */
struct consignment *session_pop(struct session *s);

#endif
