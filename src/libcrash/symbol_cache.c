/* A hash table with linear probing that is never more than half full. */
#include "symbol_cache.h"

#include <stdlib.h>

#include "mem.h"

#define CAP_FIRST 256
#define COUNT_MAX ((size_t)1 << 18)
#define BYTES_MAX ((size_t)64 << 20)

struct symbol_cache_slot {
	XXH128_hash_t build;
	uint64_t offset;
	struct symbol_answer *answer; /* NULL: the slot is free */
};

void
symbol_cache_release(struct symbol_cache *cache)
{
	for (size_t i = 0; i < cache->cap; i++)
		symbol_answer_free(cache->slots[i].answer);
	free(cache->slots);
	*cache = (struct symbol_cache){0};
}

void
symbol_cache_bound(struct symbol_cache *cache)
{
	if (cache->count > COUNT_MAX || cache->bytes > BYTES_MAX)
		symbol_cache_release(cache);
}

/* The slot that has it, or the free one where it belongs. */
static struct symbol_cache_slot *
slot_of(struct symbol_cache_slot *slots, size_t cap, XXH128_hash_t build,
    uint64_t offset)
{
	size_t i = XXH3_64bits_withSeed(&offset, sizeof offset, build.low64);

	for (i %= cap; slots[i].answer != NULL; i = (i + 1) % cap)
		if (slots[i].offset == offset &&
		    XXH128_isEqual(slots[i].build, build))
			break;
	return &slots[i];
}

const struct symbol_answer *
symbol_cache_get(
    const struct symbol_cache *cache, XXH128_hash_t build, uint64_t offset)
{
	if (cache->count == 0)
		return NULL;
	return slot_of(cache->slots, cache->cap, build, offset)->answer;
}

static void
grow(struct symbol_cache *cache)
{
	size_t cap = cache->cap == 0 ? CAP_FIRST : 2 * cache->cap;
	struct symbol_cache_slot *slots = mem_calloc(cap, sizeof *slots);

	for (size_t i = 0; i < cache->cap; i++) {
		const struct symbol_cache_slot *old = &cache->slots[i];

		if (old->answer != NULL)
			*slot_of(slots, cap, old->build, old->offset) = *old;
	}
	free(cache->slots);
	cache->slots = slots;
	cache->cap = cap;
}

void
symbol_cache_put(struct symbol_cache *cache, XXH128_hash_t build,
    uint64_t offset, struct symbol_answer *answer)
{
	if (2 * cache->count >= cache->cap)
		grow(cache);
	*slot_of(cache->slots, cache->cap, build, offset) =
	    (struct symbol_cache_slot){build, offset, answer};
	cache->count++;
	cache->bytes += sizeof *answer + answer->text_len +
	    answer->count * sizeof *answer->frames;
}
