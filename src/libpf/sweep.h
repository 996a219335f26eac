/* Killing every descendant of this process. */
#ifndef PF_SWEEP_H
#define PF_SWEEP_H

#include <sys/types.h>

#define SWEEP_SKIP_MAX 4096

/*
 * Kills (SIGKILL) and reaps everything that descends from the calling process,
 * again and again until nothing does, but leaves the `skip` pids and what is
 * below them alone. This process must be a subreaper. *swept counts the
 * processes that were killed; *left those that were still there after 20 s.
 */
void sweep_descendants(
    const pid_t *skip, unsigned skip_count, unsigned *swept, unsigned *left);

#endif
