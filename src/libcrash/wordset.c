#include "wordset.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

/* FNV-1a: the words are the rules' own and short. */
static size_t
hash(struct span word)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < word.len; i++)
		h = (h ^ (unsigned char)word.at[i]) * 0x100000001b3;
	return (size_t)(h ^ h >> 32);
}

/* Where `word` is or would be. */
static size_t
place(const struct wordset *set, struct span word)
{
	size_t at = hash(word) & (set->slots - 1);

	while (set->slot[at] != NULL && !span_is(word, set->slot[at]))
		at = (at + 1) & (set->slots - 1);
	return at;
}

static void
grow(struct wordset *set)
{
	struct wordset bigger = {NULL, set->slots ? set->slots * 2 : 64, 0};

	bigger.slot = mem_calloc(bigger.slots, sizeof *bigger.slot);
	for (size_t i = 0; i < set->slots; i++)
		if (set->slot[i] != NULL) {
			size_t at = place(&bigger, span_text(set->slot[i]));

			bigger.slot[at] = set->slot[i];
		}
	bigger.count = set->count;
	free(set->slot);
	*set = bigger;
}

void
wordset_add(struct wordset *set, struct span word)
{
	size_t at;

	if (memchr(word.at, '\0', word.len) != NULL)
		return; /* no name has one, and span_is would not find it */
	if ((set->count + 1) * 2 > set->slots)
		grow(set);
	at = place(set, word);
	if (set->slot[at] == NULL) {
		set->slot[at] = mem_dup_n(word.at, word.len);
		set->count++;
	}
}

const char *
wordset_find(const struct wordset *set, struct span word)
{
	/* Longer than any word of a rules file. */
	if (set->slots == 0 || word.len == 0 || word.len > 256)
		return NULL;
	return set->slot[place(set, word)];
}

void
wordset_release(struct wordset *set)
{
	for (size_t i = 0; i < set->slots; i++)
		free(set->slot[i]);
	free(set->slot);
}
