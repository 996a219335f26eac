/* SHA-1, plain. */
#include "sha1.h"

#include <stdio.h>
#include <string.h>

static uint32_t
rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static void
take_block(uint32_t state[5], const unsigned char *block)
{
	uint32_t w[80], a = state[0], b = state[1], c = state[2], d = state[3],
			e = state[4], f, k, next;
	unsigned i;

	for (i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 |
		    (uint32_t)block[4 * i + 1] << 16 |
		    (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (i = 16; i < 80; i++)
		w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (i = 0; i < 80; i++) {
		if (i < 20) {
			f = (b & c) | (~b & d);
			k = 0x5a827999;
		} else if (i < 40) {
			f = b ^ c ^ d;
			k = 0x6ed9eba1;
		} else if (i < 60) {
			f = (b & c) | (b & d) | (c & d);
			k = 0x8f1bbcdc;
		} else {
			f = b ^ c ^ d;
			k = 0xca62c1d6;
		}
		next = rotate(a, 5) + f + e + k + w[i];
		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = next;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

void
sha1_begin(struct sha1 *s)
{
	*s = (struct sha1){.state = {0x67452301, 0xefcdab89, 0x98badcfe,
			       0x10325476, 0xc3d2e1f0}};
}

void
sha1_add(struct sha1 *s, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	size_t held = s->bytes % sizeof s->block, n;

	s->bytes += len;
	while (len > 0) {
		if (held == 0 && len >= sizeof s->block) {
			take_block(s->state, at);
			n = sizeof s->block;
		} else {
			n = sizeof s->block - held;
			n = n < len ? n : len;
			memcpy(s->block + held, at, n);
			held = (held + n) % sizeof s->block;
			if (held == 0)
				take_block(s->state, s->block);
		}
		at += n;
		len -= n;
	}
}

void
sha1_end(struct sha1 *s, char hex[SHA1_TEXT])
{
	static const unsigned char padding[64] = {0x80};
	uint64_t bits = s->bytes * 8;
	unsigned char size[8];
	unsigned i;

	for (i = 0; i < 8; i++)
		size[i] = (unsigned char)(bits >> (56 - 8 * i));
	sha1_add(s, padding, 1 + (119 - s->bytes % 64) % 64);
	sha1_add(s, size, sizeof size);
	for (i = 0; i < 5; i++)
		snprintf(hex + 8 * i, 9, "%08x", s->state[i]);
}
