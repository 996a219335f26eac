/* Targets that could not do what they were run for. */
#ifndef PF_REFUSAL_H
#define PF_REFUSAL_H

#include "buf.h"

/*
 * The line of the output by which a loader or a sanitizer's runtime says that
 * it could not run the target, from a run that ended so: the caller frees it.
 * NULL when there is none.
 */
char *refusal_of(int wait_status, const struct buf *output);
/* The directory of whose disk nothing is left, or NULL. */
const char *refusal_full_disk(void);

#endif
