/* One run of the target over one input. */
#ifndef PF_TRIAL_RUN_H
#define PF_TRIAL_RUN_H

#include "job.h"

enum trial_verdict {
	TRIAL_OK,
	TRIAL_CRASHED,
	TRIAL_HUNG,
	TRIAL_NOT_STARTED /* the target cannot be run at all */
};

struct trial_run {
	size_t seed; /* whose number it is, for the caller */
	struct child child;
	struct child_end end;
	int output; /* what it prints; -1 when that has ended */
	bool killed;
	int64_t due_ms;  /* monotonic: when it has taken too long */
	struct buf tail; /* of its output */
};

/*
 * Starts the target on the file at `input` in the directory `dir`. 0, or -1
 * with errno.
 */
int trial_run_start(struct trial_run *r, const struct job *job,
    const char *input, const char *dir);
/*
 * Reads what it printed and kills it when its time is up; true when it and all
 * it started are gone.
 */
bool trial_run_step(struct trial_run *r);
/* For a run that is gone; *how, which the caller frees, is NULL when it is OK.
 */
enum trial_verdict trial_run_verdict(const struct trial_run *r, char **how);
/*
 * The same from its parts: pure. `killed`: it took more than its time.
 */
enum trial_verdict trial_verdict_of(
    int wait_status, bool killed, const struct buf *output, char **how);
void trial_run_release(struct trial_run *r);

#endif
