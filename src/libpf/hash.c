/* XXH3-128 of bytes and files, as text. */
#include "hash.h"

#include <errno.h>
#include <sysexits.h>
#include <xxhash.h>

#include "mem.h"
#include "msg.h"

static void
hex_of(XXH128_hash_t hash, char hex[HASH_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	XXH128_canonical_t canonical;
	size_t i;

	XXH128_canonicalFromHash(&canonical, hash);
	for (i = 0; i < sizeof canonical.digest; i++) {
		hex[2 * i] = digits[canonical.digest[i] >> 4];
		hex[2 * i + 1] = digits[canonical.digest[i] & 15];
	}
	hex[HASH_TEXT - 1] = '\0';
}

void
hash_bytes(const void *bytes, size_t len, char hex[HASH_TEXT])
{
	hex_of(XXH3_128bits(bytes, len), hex);
}

int
hash_fd(int fd, char hex[HASH_TEXT], uint64_t *size)
{
	XXH3_state_t *state = XXH3_createState();
	char *chunk = mem_alloc(65536);
	ssize_t n;

	*size = 0;
	XXH3_128bits_reset(state);
	while ((n = read(fd, chunk, 65536)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		XXH3_128bits_update(state, chunk, (size_t)n);
		*size += (uint64_t)n;
	}
	hex_of(XXH3_128bits_digest(state), hex);
	XXH3_freeState(state);
	free(chunk);
	return n < 0 ? -1 : 0;
}

struct hash_stream {
	XXH3_state_t *state;
};

struct hash_stream *
hash_begin(void)
{
	struct hash_stream *stream = mem_alloc(sizeof *stream);

	stream->state = XXH3_createState();
	if (stream->state == NULL)
		msg_diex(EX_OSERR, "out of memory");
	XXH3_128bits_reset(stream->state);
	return stream;
}

void
hash_add(struct hash_stream *stream, const void *bytes, size_t len)
{
	XXH3_128bits_update(stream->state, bytes, len);
}

void
hash_end(struct hash_stream *stream, char hex[HASH_TEXT])
{
	hex_of(XXH3_128bits_digest(stream->state), hex);
	XXH3_freeState(stream->state);
	free(stream);
}

bool
hash_valid(const char *hex)
{
	return strlen(hex) == HASH_TEXT - 1 &&
	    strspn(hex, "0123456789abcdef") == HASH_TEXT - 1;
}
