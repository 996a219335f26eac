#include "words.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

/* FNV-1a, 64 bits. */
uint64_t
words_hash(const char *bytes, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)bytes[i]) * 0x100000001b3;
	return h ^ h >> 32;
}

static size_t
place(const struct words *w, const char *bytes, size_t len)
{
	size_t at = words_hash(bytes, len) & (w->slots - 1);

	for (; w->slot[at] != 0; at = (at + 1) & (w->slots - 1)) {
		size_t i = w->slot[at] - 1;

		if (w->length[i] == len && memcmp(w->text[i], bytes, len) == 0)
			break;
	}
	return at;
}

static void
grow(struct words *w)
{
	free(w->slot);
	w->slots = w->slots > 0 ? w->slots * 2 : 64;
	w->slot = mem_calloc(w->slots, sizeof *w->slot);
	for (size_t i = 0; i < w->count; i++)
		w->slot[place(w, w->text[i], w->length[i])] = (uint32_t)i + 1;
}

uint32_t
words_number(struct words *w, const char *bytes, size_t len)
{
	size_t at;

	if (bytes == NULL)
		return 0;
	if ((w->count + 1) * 4 > w->slots * 3)
		grow(w);
	at = place(w, bytes, len);
	if (w->slot[at] == 0) {
		MEM_GROW(w->text, w->count, w->cap);
		MEM_GROW(w->length, w->count, w->length_cap);
		w->text[w->count] = mem_dup_n(bytes, len);
		w->length[w->count] = (uint32_t)len;
		w->slot[at] = (uint32_t)++w->count;
	}
	return w->slot[at];
}

const char *
words_text(const struct words *w, uint32_t number, size_t *len)
{
	if (number == 0)
		return NULL;
	if (len != NULL)
		*len = w->length[number - 1];
	return w->text[number - 1];
}

void
words_release(struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->text[i]);
	free(w->text);
	free(w->length);
	free(w->slot);
}
