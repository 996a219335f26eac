/* Logs in which several processes have each left a report. */
#ifndef PF_LOG_H
#define PF_LOG_H

#include "libcrash/trace.h"

/* Whether lines of more than one process are in it: a quick look. */
bool log_has_several(const char *text, size_t len);
/*
 * Takes what belongs to the first report off `rest`, with what stands around
 * it, and gives it as `one`; false when there is no report in it. A further
 * report begins a crash of its own where both say their process and it is
 * another one; all other text is of the report before. `report` is scratch.
 */
bool log_next(struct report *report, struct span *rest, struct span *one);

#endif
