/* How jobs stand, as JSON: the same to whoever asks, in whatever way. */
#ifndef PF_QUEUE_EMIT_H
#define PF_QUEUE_EMIT_H

#include "emit.h"
#include "queue.h"

/* The members of an object that is open; `spec` only where there is one. */
void queue_emit_entry(struct emit *e, const struct queue_entry *entry);
/* What was handed out: job, epoch, attempt, lease_until, spec. */
void queue_emit_lease(struct emit *e, const struct queue_lease *lease);

#endif
