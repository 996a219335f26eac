/*
 * Content names: XXH3-128 in the canonical (big-endian) form as 32 lower-case
 * hex digits, the same text that `xxh128sum` prints (xxHash 0.8,
 * doc/xxhash_spec.md and XXH128_canonicalFromHash).
 */
#ifndef PF_HASH_H
#define PF_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_TEXT 33

void hash_bytes(const void *bytes, size_t len, char hex[HASH_TEXT]);
/* Hashes what is left to read; *size gets the count. -1 with errno. */
int hash_fd(int fd, char hex[HASH_TEXT], uint64_t *size);
/* Bytes that come in pieces: hash_end gives the name and frees. */
struct hash_stream;
struct hash_stream *hash_begin(void);
void hash_add(struct hash_stream *stream, const void *bytes, size_t len);
void hash_end(struct hash_stream *stream, char hex[HASH_TEXT]);
/* 32 lower-case hex digits and nothing else. */
bool hash_valid(const char *hex);

#endif
