/* Crash events for inputs that nobody has told of yet. */
#ifndef PF_CRASHEVENT_H
#define PF_CRASHEVENT_H

#include <jansson.h>

#include "buf.h"
#include "emit.h"

/*
 * The event of the crash input at `path`, as of its last modification, with
 * nothing but data.input. `target` may be NULL. The caller owns the tree; NULL
 * with errno when the file cannot be read.
 */
json_t *crash_event_new(const char *path, const char *target);
/*
 * Appends the member "input": the file's name and path, absolute where `whole`
 * is not NULL, its size and the hash of its content.
 */
void crash_event_input(struct emit *e, const char *path, const char *whole,
    const char *hex, uint64_t size);
/* Appends the line of such an event: its first telling, so without rev. */
void crash_event_print(struct buf *line, const json_t *event);

#endif
