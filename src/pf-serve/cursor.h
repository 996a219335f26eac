/*
 * The place in a list from which its next page goes on, as the text that an
 * answer gives as `next` and that comes back as `after`.
 */
#ifndef PF_SERVE_CURSOR_H
#define PF_SERVE_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

/* By which a list goes: what is not needed is 0 or empty. */
struct cursor {
	char list; /* 'j' of jobs: no list takes another's */
	int64_t number[2];
	struct buf text;
};

/* clang-format off */
#define CURSOR_INIT(list) {(list), {0, 0}, BUF_INIT}
/* clang-format on */

void cursor_release(struct cursor *c);
/* Appends it, in letters and digits only. */
void cursor_write(struct buf *out, const struct cursor *c);
/* Reads what was written of the same list, whose letter is set; false for
 * anything else. The text is UTF-8 without a NUL then. */
bool cursor_read(struct cursor *c, const char *given);

#endif
