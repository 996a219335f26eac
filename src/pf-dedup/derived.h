/* What follows from a crash's trace: its fingerprint and the event's fields. */
#ifndef PF_DERIVED_H
#define PF_DERIVED_H

#include <stdbool.h>

#include "emit.h"

struct dedup;

/*
 * Makes d->fingerprint of d->report, where one was `found`: whether it gives a
 * site. `kind` is what is known of it beside the trace, and `name` what it is
 * called with --explain.
 */
bool derived_fingerprint(struct dedup *d, const char *kind, const char *target,
    const char *name, bool found);
/* The name of its group, by what is grouped by. */
const char *derived_group(const struct dedup *d);
/* Appends the members that follow from the trace. */
void derived_emit(struct emit *e, const struct dedup *d, bool found,
    const char *status, const char *target);
/* Counts and tells a crash that has no group. */
void derived_unresolved(
    struct dedup *d, const char *name, bool has_trace, bool found);

#endif
