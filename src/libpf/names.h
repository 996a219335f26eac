/* A table from names (any bytes) to numbers. */
#ifndef PF_NAMES_H
#define PF_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

struct names_slot;

struct names {
	struct names_slot *slot;
	size_t count, cap;
	struct arena keys;
};

/* clang-format off */
#define NAMES_INIT {NULL, 0, 0, ARENA_INIT}
/* clang-format on */

void names_release(struct names *names);
/* Forgets all and keeps the room. */
void names_clear(struct names *names);
/* The number of a name, which may be changed up to the next names_add. NULL
 * when it is not there. */
int64_t *names_find(const struct names *names, const void *name, size_t len);
/* Adds a name that is not there; it is copied. */
void
names_add(struct names *names, const void *name, size_t len, int64_t number);

#endif
