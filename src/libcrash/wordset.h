/* A set of words that grows and is asked often: open addressing. */
#ifndef PF_WORDSET_H
#define PF_WORDSET_H

#include "span.h"

struct wordset {
	char **slot; /* a power of two of them, or none */
	size_t slots, count;
};

void wordset_add(struct wordset *set, struct span word);
/* The set's own copy of `word`, or NULL. */
const char *wordset_find(const struct wordset *set, struct span word);
void wordset_release(struct wordset *set);

#endif
