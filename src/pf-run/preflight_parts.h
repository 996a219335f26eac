/*
 * The parts of preflight.h. Each check returns 0, or an exit status after one
 * sentence.
 */
#ifndef PF_PREFLIGHT_PARTS_H
#define PF_PREFLIGHT_PARTS_H

#include "job.h"

/* Replaces *path by its real, absolute form. */
int preflight_resolve(char **path, const char *what);
/* The same for a path whose last parts may not be there yet. */
void preflight_resolve_new(char **path);
/* The nearest directory above `path`, or itself, that is there. */
char *preflight_existing(const char *path);
/* Whether `path` lies below `above`; both are real. */
bool preflight_is_below(const char *path, const char *above);

/* The target's file, and the engine that it was built for. */
int preflight_target(struct job *job);
/* Options that the engine has no use for. */
int preflight_options(const struct job *job);
/* The other builds of the target, once the engine is known. */
int preflight_builds(struct job *job);
/* AddressSanitizer and limits of our own that it cannot live with. */
int preflight_limits(const struct job *job);

int preflight_seeds(struct job *job);
int preflight_dictionary(struct job *job);
/* What is wrong with the one at `path`, in *flaw, which the caller frees. */
int preflight_dictionary_flaw(const char *path, char **flaw);
int preflight_foreign(struct job *job);

/* The job's directory against the seeds, other runs of it, and its disk. */
int preflight_place(const struct job *job);
/* Programs and permissions that --sandbox and --user need. */
int preflight_confinement(const struct job *job);

#endif
