/* A set of 64-bit keys: hashes of names. */
#ifndef PF_NAMESET_H
#define PF_NAMESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nameset {
	uint64_t *slot; /* 0 is free */
	size_t slots, count;
};

/* clang-format off */
#define NAMESET_INIT {NULL, 0, 0}
/* clang-format on */

void nameset_release(struct nameset *set);
/* Forgets the keys and keeps the room. */
void nameset_clear(struct nameset *set);
/* False when the key was there. */
bool nameset_add(struct nameset *set, uint64_t key);
bool nameset_has(const struct nameset *set, uint64_t key);

#endif
