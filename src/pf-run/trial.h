/* Running each seed once against the target, without the fuzzer. */
#ifndef PF_TRIAL_H
#define PF_TRIAL_H

#include "job.h"

/*
 * Runs every seed (or, without seeds, the empty input) once, as many at a time
 * as the job has instances, each in a temporary directory that is removed, and
 * within the job's time for one execution. Names on standard error those that
 * crash or hang, and writes on standard output one object: {"seeds":N,"ok":N,
 * "crashed":N,"hung":N,"bad":[{"name":...,"how":...}]}. The job must have
 * passed its preflight. Returns 0, 1 when some were bad, 78 when all were or
 * when the target does not start, in which case nothing is on standard output;
 * otherwise an exit status after a sentence.
 */
int trial(struct job *job);

#endif
