/*
 * SHA-1 (FIPS 180-4), by which libFuzzer names its artifacts: not against
 * forgery, only to know a file that lost its end.
 */
#ifndef PF_SHA1_H
#define PF_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_TEXT 41

struct sha1 {
	uint32_t state[5];
	uint64_t bytes;
	unsigned char block[64];
};

void sha1_begin(struct sha1 *s);
void sha1_add(struct sha1 *s, const void *bytes, size_t len);
/* As 40 lower-case hex digits. */
void sha1_end(struct sha1 *s, char hex[SHA1_TEXT]);

#endif
