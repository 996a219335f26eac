/*
 * The first of many words in a text, at a glance: what a line must have to
 * begin a report, what announces a stack.
 */
#ifndef PF_MARKS_H
#define PF_MARKS_H

#include "span.h"

struct marks;

/*
 * An empty set of words of at least `shortest` bytes, which is at least 2: the
 * more, the faster. marks_free() takes it back.
 */
struct marks *marks_new(size_t shortest);
void marks_free(struct marks *marks);
/* Adds a literal, which must outlive the set and be no shorter. */
void marks_add(struct marks *marks, const char *word, int value);
/*
 * Where the first word in `text` begins; false when there is none. *value is
 * that word's; of several at one place it is that of the one added first.
 */
bool
marks_find(const struct marks *marks, struct span text, size_t *at, int *value);

#endif
