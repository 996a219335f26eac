/* How jobs stand, as JSON. */
#include "queue_emit.h"

static void
emit_text(struct emit *e, const char *key, const char *text)
{
	if (text != NULL)
		emit_string(e, key, text);
}

static void
emit_known_time(struct emit *e, const char *key, int64_t ms)
{
	if (ms >= 0)
		emit_time(e, key, ms);
}

/* What only a job of the queue has. */
static void
emit_queued(struct emit *e, const struct queue_entry *q)
{
	if (q->queued_at < 0)
		return;
	if (q->tier != NULL && *q->tier != '\0')
		emit_string(e, "tier", q->tier);
	emit_i64(e, "priority", q->priority);
	if (q->needs != NULL)
		emit_raw(e, "capabilities", q->needs, strlen(q->needs));
	emit_time(e, "queued_at", q->queued_at);
	emit_i64(e, "attempt", q->attempt);
	emit_i64(e, "max_attempts", q->max_attempts);
	emit_i64(e, "epoch", q->epoch);
	emit_known_time(e, "lease_until", q->lease_until);
}

void
queue_emit_entry(struct emit *e, const struct queue_entry *q)
{
	emit_string(e, "job", q->name);
	emit_text(e, "state", q->state);
	emit_known_time(e, "state_time", q->state_time);
	emit_text(e, "reason", q->reason);
	emit_text(e, "node", q->node);
	emit_text(e, "target", q->target);
	emit_text(e, "fuzzer", q->fuzzer);
	emit_queued(e, q);
	if (q->spec != NULL)
		emit_raw(e, "spec", q->spec, strlen(q->spec));
}

void
queue_emit_lease(struct emit *e, const struct queue_lease *lease)
{
	emit_string(e, "job", lease->name);
	emit_i64(e, "epoch", lease->epoch);
	emit_i64(e, "attempt", lease->attempt);
	emit_time(e, "lease_until", lease->until);
	emit_raw(e, "spec", lease->spec, strlen(lease->spec));
}
