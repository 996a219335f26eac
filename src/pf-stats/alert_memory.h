/*
 * What is remembered of each fuzzer from one run of pf-stats to the next: how
 * fast it usually is, and when it last found something where it does not say
 * so itself. It is a flat object, kept in the state file:
 *
 *	time            of its last event
 *	usual           executions a second, a slowly moving average
 *	usual_seconds   the time that the average is over
 *	found           what grows as it finds: features, edges or testcases
 *	found_time      when that last grew
 *
 * A member that is not there, or of another kind, is not known.
 */
#ifndef PF_ALERT_MEMORY_H
#define PF_ALERT_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

struct json_t;

/*
 * Takes a stats event, once however often it is told. While the speed is an
 * alert (`slow`) it does not become the usual one. A fuzzer that has stopped
 * begins anew. True when anything changed.
 */
bool alert_memory_learn(
    struct json_t *memory, const struct json_t *event, bool slow);
/* `memory` may be NULL in all of these. */
/* The usual speed, above 0; false until ten minutes are known. */
bool alert_memory_usual(const struct json_t *memory, double *per_second);
/*
 * Seconds without a find at the time of a stats event, where that is known:
 * from its last_find_time; from its run time where the engine would say; else
 * since what it has found last grew.
 */
bool alert_memory_unfound(
    const struct json_t *memory, const struct json_t *event, double *seconds);
/* Whether the fuzzer is known to have run less than five minutes. */
bool alert_memory_first_minutes(const struct json_t *event);
/* Whether nothing was heard of it for 30 days. */
bool alert_memory_old(const struct json_t *memory, int64_t now_ms);

#endif
