/* A job line, as `pf-job expand` writes it, as what the queue takes. */
#ifndef PF_JOBLINE_H
#define PF_JOBLINE_H

#include "arena.h"
#include "queue.h"
#include "scan.h"

#define JOBLINE_MAX (1024 * 1024)
#define JOBLINE_ATTEMPTS_MAX 1000

/*
 * Fills *job from the line, all of it in `arena`; `max_attempts` is there for
 * a line that does not say. NULL, or what is wrong as a
 * sentence's rest, good until the next call.
 */
const char *jobline_read(struct queue_job *job, struct scan *scan,
    struct arena *arena, const char *line, size_t len);

#endif
