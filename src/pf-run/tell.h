/* What the supervisor tells: node, job, stats and corpus events. */
#ifndef PF_TELL_H
#define PF_TELL_H

#include "supervisor.h"

/* A node event: at the start and as a heartbeat. */
void tell_node(struct supervisor *s);
/*
 * Executions into state.json, where they have become more: who reads the log
 * loses them with an old part of it. `context` is the supervisor.
 */
void tell_counts(void *context);
/*
 * A job event, and state.json after it; `f` is the fuzzer whose end led to
 * it, or NULL. `state` is kept.
 */
void tell_job(struct supervisor *s, const char *state, const char *reason,
    const struct fuzzer *f);
/*
 * What came into their corpora, in bounded steps: true when there is more to
 * tell, for which s->next_corpora_ms is set.
 */
bool tell_corpora(struct supervisor *s);
/* What the fuzzers say of themselves now, and what came into their corpora. */
void tell_stats(struct supervisor *s);
#endif
