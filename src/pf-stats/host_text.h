/* Small texts of the kernel's. */
#ifndef PF_HOST_TEXT_H
#define PF_HOST_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

/* What is not known, and emitted as absent. */
#define HOST_UNKNOWN UINT64_MAX

/*
 * Decimal digits at *at, which moves behind them. False, and nothing moves,
 * where there are none or more than stay below HOST_UNKNOWN.
 */
bool text_number(const char **at, uint64_t *value);
/*
 * The number that follows `key` and blanks at the beginning of a line,
 * "MemTotal:  123 kB"; HOST_UNKNOWN where there is none.
 */
uint64_t text_value(const char *text, const char *key);
/* Replaces what is in `text` by a file's contents; -1 with errno. */
int text_read(struct buf *text, const char *path);

#endif
