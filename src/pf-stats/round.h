/* Reading all there is, once or again and again. */
#ifndef PF_ROUND_H
#define PF_ROUND_H

#include "options.h"

/* Does what was asked for; returns an exit status. */
int rounds_run(struct options *o);

#endif
