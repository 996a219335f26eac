/* What AFL++'s name of a file says of where its content came from. */
#ifndef PF_ORIGIN_H
#define PF_ORIGIN_H

#include <stdbool.h>

#include "emit.h"

/*
 * Members "from" (ids of testcases, or a seed's name) and "op" (how it was
 * made), as far as the name has them:
 * "id:000009,src:000005,time:1,execs:64,op:havoc,rep:8,+cov".
 */
void origin_of_name(struct emit *e, const char *name);

/*
 * Whether it is another name for a testcase that was there: a resume gives
 * them anew, "id:000005,time:0,execs:0,orig:id:000009,src:…".
 */
bool origin_is_renamed(const char *name);

#endif
