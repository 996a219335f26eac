/*
 * chunks - reads a container of chunks: a tag byte, a length byte and a body.
 *
 * T title, P pixels, C colours, L list of chunks, X index, R reset, S seek.
 */
#include <stdlib.h>
#include <string.h>

#include "planted.h"

struct chunk {
	const uint8_t *start;
	const uint8_t *body;
	size_t length;
	uint8_t tag;
};

struct container {
	const uint8_t *end;
	uint8_t *index;
	int index_is_live;
};

static void
chunks_walk(struct container *, const uint8_t *at, const uint8_t *end);

/* The caller has checked both sides. */
NOINLINE static void
copy_bytes(uint8_t *to, const uint8_t *from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		to[i] = from[i];
}

/* The body is the text, or "u", a count and the text; the count is believed. */
NOINLINE static void
title_load(struct container *box, const struct chunk *chunk)
{
	int is_counted = chunk->length > 1 && chunk->body[0] == 'u';
	const uint8_t *from = chunk->body + (is_counted ? 2 : 0);
	size_t count = is_counted ? chunk->body[1] : chunk->length;
	uint8_t *title = malloc(count + 1);

	if (count > (size_t)(box->end - from))
		PLANTED("chunks-title-read");
	copy_bytes(title, from, count);
	title[count] = '\0';
	keep(title[0]);
	free(title);
}

/* The body is a width and the pixels, by fours; room is made for four rows. */
NOINLINE static void
pixels_load(const struct chunk *chunk)
{
	size_t room;
	uint8_t *pixels;

	if (chunk->length < 2 || chunk->length % 4 != 1)
		return;
	room = 4 * (1 + (size_t)(chunk->body[0] & 7));
	pixels = calloc(1, room);
	if (chunk->length - 1 > room)
		PLANTED("chunks-pixels-write");
	copy_bytes(pixels, chunk->body + 1, chunk->length - 1);
	keep(pixels[0]);
	free(pixels);
}

/* Colours are triples, four at the most; more are not refused. */
NOINLINE static void
colours_load(const struct chunk *chunk)
{
	uint8_t colours[12] = {0};

	if (chunk->length > sizeof(colours))
		PLANTED("chunks-colours-stack");
	memcpy(colours, chunk->body, chunk->length);
	for (size_t i = 0; i < sizeof(colours); i++)
		keep(colours[i]);
}

/*
 * A length of 0 and a star stand for "all that follows"; it is counted from
 * the list's own tag and not from its body, so the list holds itself.
 */
NOINLINE static void
list_load(struct container *box, const struct chunk *chunk)
{
	int is_open = chunk->start[1] == 0 && chunk->body < box->end;

	if (is_open && chunk->body[0] == '*') {
		PLANTED("chunks-list-recursion");
		chunks_walk(box, chunk->start, box->end);
	} else {
		chunks_walk(box, chunk->body, chunk->body + chunk->length);
	}
	keep(chunk->tag);
}

static void
index_load(struct container *box, const struct chunk *chunk)
{
	if (chunk->length < 4)
		return;
	if (box->index_is_live)
		free(box->index);
	box->index = malloc(4);
	box->index_is_live = 1;
	memcpy(box->index, chunk->body, 4);
}

static void
index_reset(struct container *box)
{
	if (box->index_is_live)
		free(box->index);
	box->index_is_live = 0;
}

/* Asks whether there was an index, not whether there still is. */
NOINLINE static void
index_seek(struct container *box, const struct chunk *chunk)
{
	if (box->index == NULL || chunk->length == 0)
		return;
	if (!box->index_is_live)
		PLANTED("chunks-seek-after-reset");
	keep(box->index[chunk->body[0] & 3]);
}

NOINLINE static void
chunk_load(struct container *box, const struct chunk *chunk)
{
	switch (chunk->tag) {
	case 'T':
		title_load(box, chunk);
		break;
	case 'P':
		pixels_load(chunk);
		break;
	case 'C':
		colours_load(chunk);
		break;
	case 'L':
		list_load(box, chunk);
		break;
	case 'X':
		index_load(box, chunk);
		break;
	case 'R':
		index_reset(box);
		break;
	case 'S':
		index_seek(box, chunk);
		break;
	}
}

NOINLINE static void
chunks_walk(struct container *box, const uint8_t *at, const uint8_t *end)
{
	while (end - at >= 2) {
		struct chunk chunk = {at, at + 2, at[1], at[0]};

		if (chunk.length > (size_t)(end - chunk.body))
			chunk.length = (size_t)(end - chunk.body);
		chunk_load(box, &chunk);
		at = chunk.body + chunk.length;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct container box = {data + size, NULL, 0};

	chunks_walk(&box, data, data + size);
	index_reset(&box);
	return 0;
}
