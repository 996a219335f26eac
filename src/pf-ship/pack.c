/* zstd and gzip at their fastest level. */
#include "pack.h"

#define ZLIB_CONST /* of what is read */
#include <zlib.h>
#include <zstd.h>

#include "mem.h"

#define LEVEL 1
/* zlib's word for a gzip header around 15 bits of window. */
#define GZIP_WINDOW (15 + 16)
#define GZIP_MEMORY 8

struct format {
	const char *name;
	const char *encoding;
	void (*pack)(
	    struct pack *p, struct buf *out, const char *bytes, size_t n);
};

struct pack {
	const struct format *format;
	ZSTD_CCtx *zstd; /* made with the first use */
};

static void
pack_zstd(struct pack *p, struct buf *out, const char *bytes, size_t n)
{
	size_t room = ZSTD_compressBound(n), len;

	if (p->zstd == NULL) {
		p->zstd = ZSTD_createCCtx();
		if (p->zstd == NULL)
			mem_calloc(SIZE_MAX, 1);
		ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel, LEVEL);
		ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_checksumFlag, 1);
	}
	len = ZSTD_compress2(p->zstd, buf_reserve(out, room), room, bytes, n);
	/* With room enough it fails for want of memory alone. */
	if (ZSTD_isError(len))
		mem_calloc(SIZE_MAX, 1);
	buf_truncate(out, out->len + len);
}

static void
pack_gzip(struct pack *p, struct buf *out, const char *bytes, size_t n)
{
	z_stream z = {0};
	size_t room;

	(void)p;
	if (deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
		Z_DEFAULT_STRATEGY) != Z_OK)
		mem_calloc(SIZE_MAX, 1);
	room = deflateBound(&z, n);
	z.next_in = (const unsigned char *)bytes;
	z.avail_in = (unsigned)n;
	z.next_out = (unsigned char *)buf_reserve(out, room);
	z.avail_out = (unsigned)room;
	deflate(&z, Z_FINISH);
	buf_truncate(out, out->len + z.total_out);
	deflateEnd(&z);
}

static void
pack_none(struct pack *p, struct buf *out, const char *bytes, size_t n)
{
	(void)p;
	buf_add(out, bytes, n);
}

static const struct format formats[] = {
    {"gzip", "gzip", pack_gzip},
    {"none", NULL, pack_none},
    {"zstd", "zstd", pack_zstd},
};

struct pack *
pack_new(const char *encoding)
{
	struct pack *p;
	size_t i;

	for (i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		if (strcmp(formats[i].name, encoding) != 0)
			continue;
		p = mem_calloc(1, sizeof *p);
		p->format = &formats[i];
		return p;
	}
	return NULL;
}

void
pack_free(struct pack *p)
{
	if (p == NULL)
		return;
	ZSTD_freeCCtx(p->zstd);
	free(p);
}

const char *
pack_encoding(const struct pack *p)
{
	return p->format->encoding;
}

void
pack_bytes(struct pack *p, struct buf *out, const char *bytes, size_t n)
{
	p->format->pack(p, out, bytes, n);
}
