/*
 * Standard output as records, and the proof that they arrived. Bytes are
 * gathered and written in large pieces that end at a record's end.
 */
#ifndef PF_OUT_H
#define PF_OUT_H

#include <stddef.h>

/* A failed write ends the program: 75 when the disk is full, else 74. */
void out_add(const void *bytes, size_t n);
void out_flush(void);
/*
 * Flushes and closes standard output; returns `status`, or what a failure
 * makes of it after one sentence. The last call of every main.
 */
int out_close(int status);

/* The one of two exit statuses that weighs more: 0, then 1, then the rest. */
int exit_worse(int a, int b);

#endif
