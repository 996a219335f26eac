/*
 * What ClusterFuzz calls a crash, beside our own names, for people who have a
 * tracker full of them. Its words, our frames: google.github.io/clusterfuzz,
 * reference/glossary.
 */
#ifndef PF_CLUSTERFUZZ_H
#define PF_CLUSTERFUZZ_H

#include "buf.h"
#include "fingerprint.h"

/* Appends "Heap-buffer-overflow\nREAD 8", "Null-dereference", "ASSERT". */
void clusterfuzz_type(struct buf *out, const struct report *report);
/*
 * Appends up to three lines with a newline between them: what was asserted,
 * then functions, or "NULL". `f` is of the same report; `target` is what
 * timeouts and exhausted memory are told by and may be NULL.
 */
void clusterfuzz_state(struct buf *out, const struct report *report,
    const struct fingerprint *f, const char *target);

#endif
