/* Events in and out of pf-replay. */
#ifndef PF_RECORD_H
#define PF_RECORD_H

#include "task.h"

/* Writes what the runs have shown into the task's event and its line. */
void
record_verdict(struct replay *replay, struct task *task, enum verdict verdict);

#endif
