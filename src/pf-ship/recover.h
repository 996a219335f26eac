/* What killed writers left behind. */
#ifndef PF_SHIP_RECOVER_H
#define PF_SHIP_RECOVER_H

#include "spool.h"

/*
 * Takes over the files in tmp/ whose writers are dead: their whole event
 * lines become sealed batches; what is none goes to corrupt/ and is told of.
 * Returns the exit status: 0, 1 if something went to corrupt/, or worse.
 */
int recover(struct spool *s);

#endif
