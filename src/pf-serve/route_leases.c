/* What a worker asks and says of the job that it has, and whoever does not
 * want a job any more. */
#include <string.h>

#include "body.h"
#include "libstore/queue_emit.h"
#include "param.h"
#include "route.h"

#define LEASE_SECONDS 300
#define LEASE_SECONDS_MAX (7 * 24 * 3600)
#define REASON_MAX 4096
/* Of a node's name, as callers have it. */
#define NODE_MAX (sizeof((struct caller *)NULL)->node - 1)

static const char *const no_names[] = {NULL};

/* A body and what it may say, read into it; false with an answer made. */
struct lease_body {
	struct body body;
	const char *node, *capabilities, *tiers, *state, *reason;
	int64_t epoch, lease_seconds;
};

static bool
check_state(struct answer *a, const char *state)
{
	if (state == NULL || strcmp(state, "finished") == 0 ||
	    strcmp(state, "failed") == 0 || strcmp(state, "timed_out") == 0)
		return true;
	answer_error(
	    a, 400, "state is not finished, failed or timed_out: '%s'", state);
	return false;
}

static bool
read_body(struct lease_body *b, const struct request *r, struct answer *a,
    const char *const *names)
{
	*b = (struct lease_body){.tiers = "[]", .lease_seconds = LEASE_SECONDS};
	if (!body_read(&b->body, r, a, names) || !param_known(r, a, no_names))
		return false;
	return body_text(&b->body, "node", NODE_MAX, &b->node) &&
	    body_names(&b->body, "capabilities", &b->capabilities) &&
	    body_names(&b->body, "tiers", &b->tiers) &&
	    body_text(&b->body, "state", 20, &b->state) &&
	    check_state(a, b->state) &&
	    body_text(&b->body, "reason", REASON_MAX, &b->reason) &&
	    body_count(&b->body, "epoch", 0, INT64_MAX, &b->epoch) &&
	    body_count(&b->body, "lease_seconds", 1, LEASE_SECONDS_MAX,
		&b->lease_seconds);
}

static void
give(struct answer *a, const struct queue_lease *lease)
{
	struct emit e;

	emit_begin(&e, &a->body);
	emit_object(&e, NULL);
	queue_emit_lease(&e, lease);
	emit_end(&e);
}

static void
claim(struct db *db, const struct request *r, struct answer *a,
    const struct lease_body *b)
{
	struct queue_claim ask = {
	    .node = b->node,
	    .capabilities = b->capabilities,
	    .tiers = b->tiers,
	    .now = r->now,
	    .lease_ms = b->lease_seconds * 1000,
	};
	struct queue_lease lease;

	switch (queue_claim(db, &ask, &lease)) {
	case QUEUE_DONE:
		give(a, &lease);
		break;
	case QUEUE_NONE:
		a->status = 204;
		break;
	default:
		route_failed(db, a);
	}
	queue_lease_release(&lease);
}

void
route_jobs_claim(struct db *db, const struct request *r, struct answer *a)
{
	static const char *const names[] = {
	    "node", "capabilities", "tiers", "lease_seconds", NULL};
	const char *ours = r->caller.node;
	struct lease_body b;

	if (!read_body(&b, r, a, names)) {
		body_release(&b.body);
		return;
	}
	if (b.node == NULL && *ours != '\0')
		b.node = ours;
	if (b.node == NULL)
		answer_error(a, 400, "node is missing");
	else if (*ours != '\0' && strcmp(b.node, ours) != 0)
		answer_error(a, 403, "node '%s' does not claim for node '%s'",
		    ours, b.node);
	else
		claim(db, r, a, &b);
	body_release(&b.body);
}

/* Whose the job is under that epoch; other epochs are refused anyway. */
struct holder {
	int64_t epoch;
	const char *caller;
	bool other;
};

static int
look(void *context, const struct queue_entry *entry)
{
	struct holder *h = context;

	h->other = entry->epoch == h->epoch && entry->node != NULL &&
	    strcmp(entry->node, h->caller) != 0;
	return 0;
}

/* Whether the caller may speak for the holder; false with an answer made. */
static bool
may_speak(
    struct db *db, const struct request *r, struct answer *a, int64_t epoch)
{
	struct holder h = {epoch, r->caller.node, false};

	if (r->caller.node[0] == '\0')
		return true;
	if (queue_show(db, r->word[0], look, &h) < 0) {
		route_failed(db, a);
		return false;
	}
	if (h.other)
		answer_error(a, 403, "job '%s' is another node's", r->word[0]);
	return !h.other;
}

static void
tell_done(struct answer *a, const char *job, int64_t until)
{
	struct emit e;

	emit_begin(&e, &a->body);
	emit_object(&e, NULL);
	emit_string(&e, "job", job);
	emit_string(&e, "answer", "done");
	if (until > 0)
		emit_time(&e, "lease_until", until);
	emit_end(&e);
}

/* The same words as pf-job has, beside the sentence. */
static void
tell_not(struct answer *a, int status, const char *job, const char *answer,
    const char *why)
{
	struct emit e;

	a->status = status;
	emit_begin(&e, &a->body);
	emit_object(&e, NULL);
	emit_string(&e, "error", why);
	emit_string(&e, "job", job);
	emit_string(&e, "answer", answer);
	emit_end(&e);
}

static void
tell(struct db *db, struct answer *a, const char *job, enum queue_answer answer,
    int64_t until)
{
	switch (answer) {
	case QUEUE_DONE:
		tell_done(a, job, until);
		break;
	case QUEUE_NONE:
		tell_not(a, 404, job, "unknown", "there is no such job");
		break;
	case QUEUE_CANCELLED:
		tell_not(
		    a, 409, job, "cancelled", "somebody has cancelled the job");
		break;
	case QUEUE_LOST:
	case QUEUE_OTHER:
	case QUEUE_THERE:
		tell_not(a, 409, job, "lost",
		    "the lease is another's, or the job is at its end");
		break;
	case QUEUE_FAILED:
		route_failed(db, a);
		break;
	}
}

/* What a holder says: the verb runs when it may be said. */
static void
say(struct db *db, const struct request *r, struct answer *a,
    const char *const *names,
    enum queue_answer (*verb)(
	struct db *db, const struct request *r, const struct lease_body *b),
    bool leases)
{
	struct lease_body b;

	if (read_body(&b, r, a, names) && body_needs(&b.body, "epoch") &&
	    may_speak(db, r, a, b.epoch))
		tell(db, a, r->word[0], verb(db, r, &b),
		    leases ? r->now + b.lease_seconds * 1000 : 0);
	body_release(&b.body);
}

static enum queue_answer
renew(struct db *db, const struct request *r, const struct lease_body *b)
{
	return queue_renew(
	    db, r->word[0], b->epoch, r->now, r->now + b->lease_seconds * 1000);
}

void
route_jobs_renew(struct db *db, const struct request *r, struct answer *a)
{
	static const char *const names[] = {"epoch", "lease_seconds", NULL};

	say(db, r, a, names, renew, true);
}

static enum queue_answer
finish(struct db *db, const struct request *r, const struct lease_body *b)
{
	return queue_finish(db, r->word[0], b->epoch, r->now,
	    b->state == NULL ? "finished" : b->state, b->reason);
}

void
route_jobs_finish(struct db *db, const struct request *r, struct answer *a)
{
	static const char *const names[] = {"epoch", "state", "reason", NULL};

	say(db, r, a, names, finish, false);
}

static enum queue_answer
fail(struct db *db, const struct request *r, const struct lease_body *b)
{
	return queue_fail(db, r->word[0], b->epoch, r->now, b->reason);
}

void
route_jobs_fail(struct db *db, const struct request *r, struct answer *a)
{
	static const char *const names[] = {"epoch", "reason", NULL};

	say(db, r, a, names, fail, false);
}

void
route_jobs_cancel(struct db *db, const struct request *r, struct answer *a)
{
	static const char *const names[] = {"reason", NULL};
	struct lease_body b;

	if (read_body(&b, r, a, names))
		tell(db, a, r->word[0],
		    queue_cancel(db, r->word[0], r->now, b.reason), 0);
	body_release(&b.body);
}
