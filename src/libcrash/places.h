/* The frames of one stack that are the program's own. */
#ifndef PF_PLACES_H
#define PF_PLACES_H

#include "fingerprint.h"

/* The longest function name in any key, in bytes. */
#define PLACE_NAME_MAX 512

/* Fills fingerprint->places from one stack of the report; see fingerprint.h. */
void places_take(struct fingerprint *fingerprint, const struct report *report,
    const struct stack *stack, const struct rules *rules, struct buf *explain);
struct span place_name(const struct fingerprint *f, const struct place *p);
/* "ns::read file.c:3", "ns::read", "prog+0x12"; with `last` only "read …". */
void place_text(struct buf *out, const struct fingerprint *f,
    const struct place *p, bool last, bool line);

#endif
