/* One format, one row of functions. */
#include "unpack.h"

#include <errno.h>
#include <stdint.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "mem.h"

#define CHUNK 65536
/* The largest window, 4 MiB: what zstd -16 needs, and all that one frame can
 * make us take. */
#define WINDOW_LOG 22

struct unpack {
	int fd; /* -1: what is left of `from` */
	const char *from;
	size_t from_left;
	const struct format *format; /* NULL until the first bytes are there */
	unsigned char in[CHUNK];
	size_t in_next, in_end;
	bool ended;    /* the descriptor */
	bool inside;   /* of a packed piece */
	bool has_more; /* output is held back */
	const char *why;
	z_stream gzip;
	ZSTD_DStream *zstd;
};

struct format {
	unsigned char magic[4];
	size_t magic_len;
	void (*begin)(struct unpack *u);
	/* Unpacks into `out`: how many bytes, -1 when it is damaged. */
	ssize_t (*some)(struct unpack *u, unsigned char *out, size_t n);
	void (*end)(struct unpack *u);
	enum unpack_form form;
};

static void
gzip_begin(struct unpack *u)
{
	if (inflateInit2(&u->gzip, 15 + 16) != Z_OK)
		mem_calloc(SIZE_MAX, 1); /* out of memory, which ends us */
}

static ssize_t
gzip_some(struct unpack *u, unsigned char *out, size_t n)
{
	int code;

	u->gzip.next_in = u->in + u->in_next;
	u->gzip.avail_in = (unsigned)(u->in_end - u->in_next);
	u->gzip.next_out = out;
	u->gzip.avail_out = (unsigned)n;
	code = inflate(&u->gzip, Z_NO_FLUSH);
	u->in_next = u->in_end - u->gzip.avail_in;
	u->inside = code != Z_STREAM_END;
	u->has_more = u->gzip.avail_out == 0;
	if (code == Z_STREAM_END)
		inflateReset(&u->gzip);
	else if (code != Z_OK && code != Z_BUF_ERROR) {
		u->why = "is damaged, as gzip has it";
		return -1;
	}
	return (ssize_t)(n - u->gzip.avail_out);
}

static void
gzip_end(struct unpack *u)
{
	inflateEnd(&u->gzip);
}

static void
zstd_begin(struct unpack *u)
{
	u->zstd = ZSTD_createDStream();
	if (u->zstd == NULL)
		mem_calloc(SIZE_MAX, 1);
	ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, WINDOW_LOG);
}

static ssize_t
zstd_some(struct unpack *u, unsigned char *out, size_t n)
{
	ZSTD_inBuffer from = {u->in, u->in_end, u->in_next};
	ZSTD_outBuffer to = {out, n, 0};
	size_t code = ZSTD_decompressStream(u->zstd, &to, &from);

	u->in_next = from.pos;
	if (ZSTD_isError(code)) {
		u->why = ZSTD_getErrorCode(code) ==
			ZSTD_error_frameParameter_windowTooLarge
		    ? "needs a window of more than 4 MiB, which zstd -dc has"
		    : "is damaged, as zstd has it";
		return -1;
	}
	u->inside = code != 0;
	u->has_more = to.pos == n;
	return (ssize_t)to.pos;
}

static void
zstd_end(struct unpack *u)
{
	ZSTD_freeDStream(u->zstd);
}

static void
plain_begin(struct unpack *u)
{
	(void)u;
}

static ssize_t
plain_some(struct unpack *u, unsigned char *out, size_t n)
{
	size_t have = u->in_end - u->in_next;

	if (n > have)
		n = have;
	memcpy(out, u->in + u->in_next, n);
	u->in_next += n;
	return (ssize_t)n;
}

static const struct format formats[] = {
    {{0x1f, 0x8b}, 2, gzip_begin, gzip_some, gzip_end, UNPACK_GZIP},
    {{0x28, 0xb5, 0x2f, 0xfd}, 4, zstd_begin, zstd_some, zstd_end, UNPACK_ZSTD},
    {{0}, 0, plain_begin, plain_some, plain_begin, UNPACK_PLAIN},
};

enum unpack_form
unpack_form(const void *bytes, size_t n)
{
	size_t i;

	for (i = 0; formats[i].magic_len > 0; i++)
		if (n >= formats[i].magic_len &&
		    memcmp(bytes, formats[i].magic, formats[i].magic_len) == 0)
			break;
	return formats[i].form;
}

struct unpack *
unpack_new(int fd)
{
	struct unpack *u = mem_calloc(1, sizeof *u);

	u->fd = fd;
	return u;
}

struct unpack *
unpack_new_bytes(const void *bytes, size_t n)
{
	struct unpack *u = unpack_new(-1);

	u->from = bytes;
	u->from_left = n;
	return u;
}

/* read(2), or as it would be. */
static ssize_t
read_some(struct unpack *u, void *bytes, size_t n)
{
	if (u->fd >= 0)
		return read(u->fd, bytes, n);
	if (n > u->from_left)
		n = u->from_left;
	if (n > 0)
		memcpy(bytes, u->from, n);
	u->from += n;
	u->from_left -= n;
	return (ssize_t)n;
}

void
unpack_free(struct unpack *u)
{
	if (u == NULL)
		return;
	if (u->format != NULL)
		u->format->end(u);
	free(u);
}

const char *
unpack_why(const struct unpack *u)
{
	return u->why;
}

bool
unpack_is_ready(const struct unpack *u)
{
	return u->has_more || u->in_next < u->in_end || u->ended;
}

/* Reads behind what is there; -1 with errno. */
static int
read_more(struct unpack *u)
{
	ssize_t n;

	if (u->in_next == u->in_end)
		u->in_next = u->in_end = 0;
	do
		n = read_some(u, u->in + u->in_end, CHUNK - u->in_end);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	u->ended = n == 0;
	u->in_end += (size_t)n;
	return 0;
}

/* The first row that the bytes may still become; all of it when they are
 * enough. */
static const struct format *
format_of(const struct unpack *u, bool *certain)
{
	const struct format *f = formats;

	for (;; f++) {
		size_t n = u->in_end < f->magic_len ? u->in_end : f->magic_len;

		*certain = n == f->magic_len || u->ended;
		if (memcmp(u->in, f->magic, n) == 0 &&
		    (n == f->magic_len || !u->ended))
			return f;
	}
}

static int
find_format(struct unpack *u)
{
	const struct format *f;
	bool certain;

	do {
		if (read_more(u) < 0)
			return -1;
		f = format_of(u, &certain);
	} while (!certain);
	u->format = f;
	f->begin(u);
	return 0;
}

ssize_t
unpack_read(struct unpack *u, void *bytes, size_t n)
{
	ssize_t got;

	if (u->format == NULL && find_format(u) < 0)
		return -1;
	if (u->format->magic_len == 0 && u->in_next == u->in_end)
		return read_some(u, bytes, n);
	for (;;) {
		if (u->in_next == u->in_end && !u->has_more && !u->ended &&
		    read_more(u) < 0)
			return -1;
		if (u->in_next == u->in_end && !u->has_more) {
			if (!u->inside)
				return 0;
			u->why = "is cut off";
			break;
		}
		got = u->format->some(u, bytes, n);
		if (got > 0)
			return got;
		if (got < 0)
			break;
	}
	errno = EBADMSG;
	return -1;
}
