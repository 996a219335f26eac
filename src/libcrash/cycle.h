/* Recursion: the part of a stack that repeats. */
#ifndef PF_CYCLE_H
#define PF_CYCLE_H

#include "fingerprint.h"

#define CYCLE_MAX 16

/* Indices into fingerprint.places; no frames: there is none. */
struct cycle {
	/* Once round, rotated so that the sequence of names is the least. */
	size_t frame[CYCLE_MAX], frames;
	/*
	 * The same, each function once. A parser that calls itself through
	 * brackets inside brackets goes round through the same functions on
	 * more than one path, and is still one bug.
	 */
	size_t member[CYCLE_MAX], members;
};

/*
 * The smallest cycle (up to 16 frames) that is seen three times in a row, when
 * the stack overflowed, or has more than 60 kept frames half of which go round:
 * three overloads of one name in a deep stack are no recursion.
 */
struct cycle cycle_find(const struct fingerprint *f, bool overflow);

#endif
