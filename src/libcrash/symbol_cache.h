/* What llvm-symbolizer has answered: each address of a build is asked once. */
#ifndef PF_SYMBOL_CACHE_H
#define PF_SYMBOL_CACHE_H

#include <xxhash.h>

#include "symbol_answer.h"

struct symbol_cache_slot;

struct symbol_cache {
	struct symbol_cache_slot *slots;
	size_t count, cap;
	size_t bytes; /* of all answers */
};

void symbol_cache_release(struct symbol_cache *cache);
/*
 * Forgets everything where there is more than is worth its room. What was got
 * before is not valid any more then.
 */
void symbol_cache_bound(struct symbol_cache *cache);
/* NULL when it is not known. */
const struct symbol_answer *symbol_cache_get(
    const struct symbol_cache *cache, XXH128_hash_t build, uint64_t offset);
/* Takes the answer; of one that is not known. */
void symbol_cache_put(struct symbol_cache *cache, XXH128_hash_t build,
    uint64_t offset, struct symbol_answer *answer);

#endif
