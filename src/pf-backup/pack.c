/* Writing archives. */
#include "pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>
#include <zstd.h>

#include "mem.h"
#include "msg.h"
#include "stage.h"

struct pack {
	int fd, error;
	struct archive *tar;
	ZSTD_CCtx *zstd;
	struct hash_stream *hash;
	uint64_t bytes;
	char out[65536];
};

/* Compresses and writes; everything is out when `mode` is ZSTD_e_end. */
static int
squeeze(struct pack *p, const void *bytes, size_t len, ZSTD_EndDirective mode)
{
	ZSTD_inBuffer in = {bytes, len, 0};
	size_t left;

	do {
		ZSTD_outBuffer out = {p->out, sizeof p->out, 0};

		left = ZSTD_compressStream2(p->zstd, &out, &in, mode);
		if (ZSTD_isError(left)) {
			errno = EIO;
			return -1;
		}
		if (stage_write_all(p->fd, p->out, out.pos) < 0)
			return -1;
		hash_add(p->hash, p->out, out.pos);
		p->bytes += out.pos;
	} while (mode == ZSTD_e_end ? left > 0 : in.pos < in.size);
	return 0;
}

static ssize_t
on_write(struct archive *tar, void *context, const void *bytes, size_t len)
{
	struct pack *p = context;

	if (squeeze(p, bytes, len, ZSTD_e_continue) == 0)
		return (ssize_t)len;
	p->error = errno;
	archive_set_error(tar, errno, "write");
	return -1;
}

struct pack *
pack_open(int fd, int level)
{
	struct pack *p = mem_calloc(1, sizeof *p);

	p->fd = fd;
	p->hash = hash_begin();
	p->zstd = ZSTD_createCCtx();
	p->tar = archive_write_new();
	if (p->zstd == NULL || p->tar == NULL)
		msg_diex(EX_OSERR, "out of memory");
	ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel, level);
	ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_checksumFlag, 1);
	archive_write_set_format_pax(p->tar);
	/* File names are bytes: no locale has a say in them. */
	archive_write_set_options(p->tar, "pax:hdrcharset=BINARY");
	archive_write_set_bytes_in_last_block(p->tar, 1);
	if (archive_write_open(p->tar, p, NULL, on_write, NULL) != ARCHIVE_OK)
		msg_diex(EX_SOFTWARE, "libarchive: %s",
		    archive_error_string(p->tar));
	return p;
}

static int
failed(struct pack *p)
{
	errno = p->error != 0 ? p->error : archive_errno(p->tar);
	if (errno <= 0)
		errno = EIO;
	return -1;
}

int
pack_entry(struct pack *p, const struct manifest_entry *entry)
{
	static const unsigned types[] = {AE_IFREG, AE_IFDIR, AE_IFLNK};
	struct archive_entry *e = archive_entry_new();
	int status;

	archive_entry_set_pathname(e, entry->path);
	archive_entry_set_filetype(e, types[entry->type]);
	archive_entry_set_perm(e, entry->mode);
	archive_entry_set_mtime(e, entry->mtime_ms / 1000,
	    (long)(entry->mtime_ms % 1000) * 1000000);
	if (entry->type == MANIFEST_FILE)
		archive_entry_set_size(e, (int64_t)entry->bytes);
	if (entry->type == MANIFEST_LINK)
		archive_entry_set_symlink(e, entry->target);
	status = archive_write_header(p->tar, e);
	archive_entry_free(e);
	return status == ARCHIVE_OK ? 0 : failed(p);
}

int
pack_data(struct pack *p, const void *bytes, size_t len)
{
	return archive_write_data(p->tar, bytes, len) == (ssize_t)len
	    ? 0
	    : failed(p);
}

int
pack_close(struct pack *p, uint64_t *bytes, char xxh128[HASH_TEXT])
{
	int status = 0, saved;

	if (archive_write_close(p->tar) != ARCHIVE_OK)
		status = failed(p);
	else
		status = squeeze(p, NULL, 0, ZSTD_e_end);
	saved = errno;
	*bytes = p->bytes;
	hash_end(p->hash, xxh128);
	archive_write_free(p->tar);
	ZSTD_freeCCtx(p->zstd);
	free(p);
	errno = saved;
	return status;
}
