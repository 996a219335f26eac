/* Many tasks, some at a time, their lines in the order in which they came. */
#ifndef PF_QUEUE_H
#define PF_QUEUE_H

#include "task.h"

/*
 * Runs everything: the inputs, or where there is none, standard input: event
 * lines with `filter`, else paths. replay->status gets the worst status.
 */
void queue_run(struct replay *replay, unsigned jobs, bool filter,
    char *const inputs[], size_t input_count);

#endif
