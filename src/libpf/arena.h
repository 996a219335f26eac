/*
 * Memory for things that end together: it is taken in pieces and given back
 * all at once.
 */
#ifndef PF_ARENA_H
#define PF_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *blocks; /* the one in use first */
	size_t bytes;               /* handed out since the last clear */
};

/* clang-format off */
#define ARENA_INIT {NULL, 0}
/* clang-format on */

void arena_release(struct arena *arena);
/* Ends everything that was taken; keeps one block for what comes next. */
void arena_clear(struct arena *arena);
/* Aligned for any type, not zeroed. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_zero(struct arena *arena, size_t count, size_t size);
/* A copy that ends with a NUL. */
char *arena_text(struct arena *arena, const char *bytes, size_t len);

#endif
