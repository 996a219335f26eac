/* What can be seen to be wrong before anything is started. */
#ifndef PF_PREFLIGHT_H
#define PF_PREFLIGHT_H

#include "job.h"

/*
 * Makes the job's paths absolute, recognizes its engine (unless it is set),
 * takes the builds and the dictionary that lie beside the target where none
 * were named, and looks at everything that a start would fail on. Nothing is
 * made. Returns 0, or an exit status after one sentence: 64 what does not go
 * together, 65 a dictionary that is none, 66 what is missing, 69 a program
 * that is, 75 what may be better later, 77 no permission, 78 what cannot work.
 * What only costs speed is 1 with `checking`, and else a sentence with -v.
 */
int preflight(struct job *job, bool checking);

#endif
