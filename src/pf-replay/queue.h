/* Many tasks, some at a time, their lines in the order in which they came. */
#ifndef PF_QUEUE_H
#define PF_QUEUE_H

#include "source.h"
#include "task.h"

/*
 * Runs everything of the source, `jobs` at a time. replay->status gets the
 * worst status. When a signal asks to stop, what runs is ended, what is done
 * is told, and lines that were read but not run pass as they came.
 */
void queue_run(struct replay *replay, struct source *source, unsigned jobs);

#endif
