/* Reading archives. */
#include "unpack.h"

#include <archive.h>
#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>
#include <zstd.h>

#include "mem.h"
#include "msg.h"

struct unpack {
	int fd;
	struct archive *tar;
	ZSTD_DCtx *zstd;
	struct hash_stream *hash;
	uint64_t bytes;
	size_t hint; /* 0 after the last byte of a frame */
	bool ended;
	const char *why; /* what is wrong; sticky */
	ZSTD_inBuffer in;
	char raw[65536];
	char out[131072];
};

/* More compressed bytes; false at the end of the file. */
static bool
refill(struct unpack *u)
{
	ssize_t n;

	if (u->ended)
		return false;
	do
		n = read(u->fd, u->raw, sizeof u->raw);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		u->why = "it cannot be read";
	u->ended = n <= 0;
	if (n <= 0)
		return false;
	hash_add(u->hash, u->raw, (size_t)n);
	u->bytes += (uint64_t)n;
	u->in = (ZSTD_inBuffer){u->raw, (size_t)n, 0};
	return true;
}

/* The next piece of the tar archive; 0 at the end or when something is wrong.*/
static size_t
expand(struct unpack *u)
{
	ZSTD_outBuffer out = {u->out, sizeof u->out, 0};

	while (u->why == NULL && out.pos == 0) {
		if (u->in.pos == u->in.size && !refill(u)) {
			if (u->why == NULL && u->hint != 0)
				u->why = "it is truncated";
			return 0;
		}
		u->hint = ZSTD_decompressStream(u->zstd, &out, &u->in);
		if (ZSTD_isError(u->hint))
			u->why = ZSTD_getErrorName(u->hint);
	}
	return u->why == NULL ? out.pos : 0;
}

static ssize_t
on_read(struct archive *tar, void *context, const void **bytes)
{
	struct unpack *u = context;
	size_t n = expand(u);

	*bytes = u->out;
	if (u->why == NULL)
		return (ssize_t)n;
	archive_set_error(tar, EIO, "%s", u->why);
	return -1;
}

struct unpack *
unpack_open(int fd)
{
	struct unpack *u = mem_calloc(1, sizeof *u);

	u->fd = fd;
	u->hint = 1;
	u->hash = hash_begin();
	u->zstd = ZSTD_createDCtx();
	u->tar = archive_read_new();
	if (u->zstd == NULL || u->tar == NULL)
		msg_diex(EX_OSERR, "out of memory");
	archive_read_support_format_tar(u->tar);
	/* A failure shows at the first header. */
	(void)archive_read_open(u->tar, u, NULL, on_read, NULL);
	return u;
}

struct archive *
unpack_archive(struct unpack *u)
{
	return u->tar;
}

const char *
unpack_close(struct unpack *u, uint64_t *bytes, char xxh128[HASH_TEXT])
{
	const char *why;

	while (expand(u) > 0)
		;
	why = u->why;
	while (refill(u))
		;
	*bytes = u->bytes;
	hash_end(u->hash, xxh128);
	archive_read_free(u->tar);
	ZSTD_freeDCtx(u->zstd);
	free(u);
	return why;
}
