/* Events in and out of pf-replay. */
#ifndef PF_RECORD_H
#define PF_RECORD_H

#include "task.h"

/* What all tasks share: env and made. The symbolizer and command are set. */
void record_init(struct replay *replay);
/* Writes what the runs have shown into the task's event and its line. */
void
record_verdict(struct replay *replay, struct task *task, enum verdict verdict);

#endif
