/* How a batch continues a file that may have the beginning of it. */
#ifndef PF_SHIP_FILE_H
#define PF_SHIP_FILE_H

#include <stddef.h>

/*
 * `tail` is the end of a file of lines, at most as long as `batch`, and begins
 * at the beginning of the file or anywhere in a line. Returns how many bytes
 * at the end of the tail are the first bytes of the batch: what an append that
 * was cut short has left, all of it if only the answer was lost.
 */
size_t
file_overlap(const char *tail, size_t tail_len, const char *batch, size_t len);

#endif
