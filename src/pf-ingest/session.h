/*
 * A session: batches (batch.h) one after another in, an answer line for each
 * out, in their order, once it is committed or known not to be. Batches that
 * are there already are committed together.
 *
 *	{"key":K,"stored":2,"duplicate":0,"rejected":[{"line":3,"reason":R}]}
 *	{"key":K,"error":R,"exit":75}
 *
 * `exit` is what a program would end with: 75 is to be tried again, 65 never
 * will be taken as it is. A line that is not answered for was not stored, as
 * far as the sender knows. The same key with the same lines is answered as if
 * it were the first; with other lines it is refused.
 */
#ifndef PF_SESSION_H
#define PF_SESSION_H

#include "rejects.h"

struct session_options {
	int in, out;      /* borrowed */
	const char *peer; /* for messages */
	const char *node; /* the only one that lines may be of; NULL: any */
	struct rejects *rejects;
	/* Called after each commit; returns an exit status. */
	int (*committed)(void *context);
	void *context;
};

struct session;

/* An ingest_reject; the context is the session. */
void session_reject(void *context, const struct ingest_refused *line);
struct session *session_new(const struct session_options *options);
void session_free(struct session *s);
/*
 * Serves until the other side has no more, or a signal came, or the store
 * takes nothing more. Returns an exit status.
 */
int session_run(struct session *s, struct ingest *in, struct db *db);
/* Whether there was one: a batch came. */
bool session_began(const struct session *s);
/* Whether it ended with what is no batch, which will not change by itself. */
bool session_is_foreign(const struct session *s);

#endif
