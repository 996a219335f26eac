/*
 * rejected/: lines that were refused, each as a JSON line of reason, where it
 * came from, and the line (bytes as emit_bytes writes them).
 */
#ifndef PF_SHIP_REJECT_H
#define PF_SHIP_REJECT_H

#include "spool.h"

/* Appends one record to `out`. `line` may be NULL where it was too long. */
void reject_write(struct buf *out, const char *reason, const char *from,
    const char *line, size_t len);

#endif
