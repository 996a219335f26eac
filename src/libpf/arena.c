/* Blocks in a list; what does not fit into one gets a block of its own size. */
#include "arena.h"

#include <stdalign.h>
#include <stdint.h>

#include "mem.h"

#define BLOCK_BYTES (64 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	alignas(max_align_t) char data[];
};

void
arena_release(struct arena *arena)
{
	while (arena->blocks != NULL) {
		struct arena_block *block = arena->blocks;

		arena->blocks = block->next;
		free(block);
	}
	arena->bytes = 0;
}

void
arena_clear(struct arena *arena)
{
	struct arena_block *block = arena->blocks, *kept = NULL;

	while (block != NULL) {
		struct arena_block *next = block->next;

		if (kept == NULL && block->size == BLOCK_BYTES)
			kept = block;
		else
			free(block);
		block = next;
	}
	if (kept != NULL) {
		kept->next = NULL;
		kept->used = 0;
	}
	arena->blocks = kept;
	arena->bytes = 0;
}

static void
add_block(struct arena *arena, size_t size)
{
	struct arena_block *block;

	if (size < BLOCK_BYTES)
		size = BLOCK_BYTES;
	block = mem_alloc(sizeof *block + size);
	block->next = arena->blocks;
	block->used = 0;
	block->size = size;
	arena->blocks = block;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->blocks;
	const size_t unit = alignof(max_align_t);
	size_t whole = (size + unit - 1) / unit * unit;

	if (block == NULL || block->size - block->used < whole) {
		add_block(arena, whole);
		block = arena->blocks;
	}
	block->used += whole;
	arena->bytes += whole;
	return block->data + block->used - whole;
}

void *
arena_zero(struct arena *arena, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / 2 / size)
		return mem_calloc(count, size); /* ends the program */
	return memset(arena_alloc(arena, count * size), 0, count * size);
}

char *
arena_text(struct arena *arena, const char *bytes, size_t len)
{
	char *text = arena_alloc(arena, len + 1);

	memcpy(text, bytes, len);
	text[len] = '\0';
	return text;
}
