/* Open addressing over XXH3; half of the slots stay empty. */
#include "names.h"

#include <string.h>
#include <xxhash.h>

#include "mem.h"

struct names_slot {
	uint64_t hash;
	const char *key; /* NULL: empty */
	size_t len;
	int64_t number;
};

void
names_release(struct names *names)
{
	free(names->slot);
	arena_release(&names->keys);
	*names = (struct names)NAMES_INIT;
}

void
names_clear(struct names *names)
{
	if (names->count > 0)
		memset(names->slot, 0, names->cap * sizeof *names->slot);
	arena_clear(&names->keys);
	names->count = 0;
}

/* Where the name is, or would be. */
static struct names_slot *
slot_of(const struct names *names, uint64_t hash, const void *name, size_t len)
{
	size_t i = (size_t)hash & (names->cap - 1);
	struct names_slot *slot;

	for (;; i = (i + 1) & (names->cap - 1)) {
		slot = &names->slot[i];
		if (slot->key == NULL ||
		    (slot->hash == hash && slot->len == len &&
			memcmp(slot->key, name, len) == 0))
			return slot;
	}
}

int64_t *
names_find(const struct names *names, const void *name, size_t len)
{
	struct names_slot *slot;

	if (names->count == 0)
		return NULL;
	slot = slot_of(names, XXH3_64bits(name, len), name, len);
	return slot->key == NULL ? NULL : &slot->number;
}

static void
grow(struct names *names)
{
	struct names_slot *old = names->slot;
	size_t n = names->cap, i;

	names->cap = n == 0 ? 64 : n * 2;
	names->slot = mem_calloc(names->cap, sizeof *names->slot);
	for (i = 0; i < n; i++)
		if (old[i].key != NULL)
			*slot_of(names, old[i].hash, old[i].key, old[i].len) =
			    old[i];
	free(old);
}

void
names_add(struct names *names, const void *name, size_t len, int64_t number)
{
	uint64_t hash = XXH3_64bits(name, len);
	struct names_slot *slot;

	if (names->count >= names->cap / 2)
		grow(names);
	slot = slot_of(names, hash, name, len);
	*slot = (struct names_slot){
	    hash, arena_text(&names->keys, name, len), len, number};
	names->count++;
}
