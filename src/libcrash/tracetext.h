/* A trace as an event carries it. */
#ifndef PF_TRACETEXT_H
#define PF_TRACETEXT_H

#include <stddef.h>

#include "buf.h"

struct json_t;

/* The longest trace in an event, in bytes, before it is encoded. */
#define TRACE_EVENT_MAX (64 * 1024)

/*
 * Appends `text`; of a longer one the head and the tail, each to the end of a
 * line, with a line between them that says how many bytes were cut.
 */
void trace_cut(struct buf *out, const char *text, size_t len);
/* The same as the member "trace" of an event's data. */
void trace_set(struct json_t *data, const char *text, size_t len);

#endif
