/* What a minimizer left, before and after it takes the corpus's place. */
#ifndef PF_MINIMIZED_H
#define PF_MINIMIZED_H

#include "minimize.h"

/*
 * NULL when the files in the directory `to` are testcases of `from` and all of
 * each is there (a full disk is silent in the fuzzers); else what is wrong,
 * with errno where that says more, or 0. Both are relative to the job's.
 */
const char *
minimized_check(const struct job *job, const char *from, const char *to);
/* What the engine adds to it, and how much it is then. -1 with errno. */
int minimized_complete(const struct job *job, const char *from, const char *to,
    struct minimize_size *size);

/* minimized.json: sizes by instance, so that the next run knows them. */
void minimized_load(
    const struct job *job, unsigned index, struct minimize_size *left);
void minimized_save(
    const struct job *job, const struct minimize_size *left, unsigned count);

#endif
