/* Crash events for inputs that nobody has told of yet. */
#ifndef PF_CRASHEVENT_H
#define PF_CRASHEVENT_H

#include <jansson.h>

#include "buf.h"

/*
 * The event of the crash input at `path`, as of its last modification, with
 * nothing but data.input. `target` may be NULL. The caller owns the tree; NULL
 * with errno when the file cannot be read.
 */
json_t *crash_event_new(const char *path, const char *target);
/* Appends the line of such an event: its first telling, so without rev. */
void crash_event_print(struct buf *line, const json_t *event);

#endif
