/* What can be seen to be wrong before anything is started. */
#ifndef PF_PREFLIGHT_H
#define PF_PREFLIGHT_H

#include "job.h"

/*
 * Makes the target's path absolute, recognizes its engine (unless it is set),
 * and checks target, seeds, dictionary and the engine's own program. Returns
 * 0, or an exit status after one sentence: 66 what is missing, 69 the
 * engine's program, 77 no permission, 78 what cannot work.
 */
int preflight(struct job *job);

#endif
