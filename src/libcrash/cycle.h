/* Recursion: the part of a stack that repeats. */
#ifndef PF_CYCLE_H
#define PF_CYCLE_H

#include "fingerprint.h"

struct cycle {
	size_t start;    /* in fingerprint.places */
	size_t period;   /* 0: there is none */
	size_t rotation; /* from start: where its least form begins */
};

/*
 * The smallest cycle (up to 16 frames) that is seen three times in a row, when
 * the stack overflowed, or has more than 60 kept frames half of which go round:
 * three overloads of one name in a deep stack are no recursion.
 */
struct cycle cycle_find(const struct fingerprint *f, bool overflow);

#endif
