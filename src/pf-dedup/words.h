/* Texts that many groups share, each kept once and known by a number. */
#ifndef PF_WORDS_H
#define PF_WORDS_H

#include <stddef.h>
#include <stdint.h>

struct words {
	char **text;
	uint32_t *length;
	size_t count, cap, length_cap;
	uint32_t *slot; /* numbers, 0: free; a power of two of them */
	size_t slots;
};

/* The number of these bytes, from 1 on; 0 where `bytes` is NULL. */
uint32_t words_number(struct words *words, const char *bytes, size_t len);
/* Their bytes, with a NUL after them; NULL for 0. */
const char *words_text(const struct words *words, uint32_t number, size_t *len);
void words_release(struct words *words);

/* The hash that this and groups.c look up by. */
uint64_t words_hash(const char *bytes, size_t len);

#endif
