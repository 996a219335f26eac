/* Open addressing, at most half full. */
#include "nameset.h"

#include "mem.h"

void
nameset_release(struct nameset *set)
{
	free(set->slot);
	*set = (struct nameset)NAMESET_INIT;
}

void
nameset_clear(struct nameset *set)
{
	if (set->count > 0)
		memset(set->slot, 0, set->slots * sizeof *set->slot);
	set->count = 0;
}

/* Where the key is or would go. 0 stands for a free slot, so it is 1 here. */
static uint64_t *
place_of(const struct nameset *set, uint64_t *key)
{
	size_t i;

	if (*key == 0)
		*key = 1;
	i = *key & (set->slots - 1);
	while (set->slot[i] != 0 && set->slot[i] != *key)
		i = (i + 1) & (set->slots - 1);
	return &set->slot[i];
}

static void
grow(struct nameset *set)
{
	struct nameset larger = {.slots = set->slots == 0 ? 64 : set->slots * 2,
	    .count = set->count};
	size_t i;

	larger.slot = mem_calloc(larger.slots, sizeof *larger.slot);
	for (i = 0; i < set->slots; i++)
		if (set->slot[i] != 0)
			*place_of(&larger, &set->slot[i]) = set->slot[i];
	free(set->slot);
	*set = larger;
}

bool
nameset_add(struct nameset *set, uint64_t key)
{
	uint64_t *place;

	if (set->count * 2 >= set->slots)
		grow(set);
	place = place_of(set, &key);
	if (*place == key)
		return false;
	*place = key;
	set->count++;
	return true;
}

bool
nameset_has(const struct nameset *set, uint64_t key)
{
	return set->count > 0 && *place_of(set, &key) == key;
}
