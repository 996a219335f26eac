/* Staged one by one, and made to last together. */
#include "artifact.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base64.h"
#include "mem.h"
#include "stage.h"

/* Text that is decoded at once: whole groups of four. */
#define CHUNK 65536
/* Each one that is staged holds a descriptor. */
#define STAGED_MAX 64

struct artifacts {
	const char *path;
	int fd; /* of the directory; -1 until it is needed */
	struct stage *staged;
	size_t count, cap;
	/* One of another's was there, perhaps not yet on the disk by name. */
	bool found;
};

/* Hands all bytes in turn to `each`, which returns false to end it. */
static bool
decode(const char *base64, size_t len,
    bool (*each)(void *context, const struct buf *bytes), void *context)
{
	struct buf bytes = BUF_INIT;
	bool good = true;
	size_t n;

	for (; good && len > 0; base64 += n, len -= n) {
		n = len < CHUNK ? len : CHUNK;
		buf_clear(&bytes);
		good = base64_decode(&bytes, base64, n) &&
		    /* Padding is for the end alone. */
		    (n == len || bytes.len == CHUNK / 4 * 3) &&
		    each(context, &bytes);
	}
	buf_release(&bytes);
	return good;
}

struct measure {
	struct hash_stream *hash;
	uint64_t bytes;
};

static bool
measure(void *context, const struct buf *bytes)
{
	struct measure *m = context;

	hash_add(m->hash, bytes->data, bytes->len);
	m->bytes += bytes->len;
	return true;
}

bool
artifact_measure(
    const char *base64, size_t len, char hex[HASH_TEXT], uint64_t *bytes)
{
	struct measure m = {hash_begin(), 0};
	bool good = decode(base64, len, measure, &m);

	hash_end(m.hash, hex);
	*bytes = m.bytes;
	return good;
}

uint64_t
artifact_bytes(const char *base64, size_t len)
{
	uint64_t bytes = len / 4 * 3;

	while (len > 0 && base64[--len] == '=')
		bytes--;
	return bytes;
}

struct artifacts *
artifacts_new(const char *path)
{
	struct artifacts *a = mem_calloc(1, sizeof *a);

	a->path = path;
	a->fd = -1;
	return a;
}

void
artifacts_free(struct artifacts *a)
{
	if (a == NULL)
		return;
	artifacts_drop(a);
	if (a->fd >= 0)
		close(a->fd);
	free(a->staged);
	free(a);
}

static int
open_directory(struct artifacts *a)
{
	if (a->fd >= 0)
		return 0;
	if (mkdir(a->path, 0777) < 0) {
		if (errno != EEXIST)
			return -1;
	} else if (stage_sync_parent(a->path) < 0)
		return -1;
	a->fd = open(a->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return a->fd < 0 ? -1 : 0;
}

static bool
is_staged(const struct artifacts *a, const char *hex)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (strcmp(a->staged[i].name, hex) == 0)
			return true;
	return false;
}

static bool
write_chunk(void *context, const struct buf *bytes)
{
	const struct stage *s = context;

	return stage_write_all(s->fd, bytes->data, bytes->len) == 0;
}

int
artifacts_add(
    struct artifacts *a, const char *hex, const char *base64, size_t len)
{
	struct stat st;
	int saved;

	if (open_directory(a) < 0)
		return -1;
	if (is_staged(a, hex))
		return 0;
	if (fstatat(a->fd, hex, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode)) {
		a->found = true;
		return 0;
	}
	if (a->count == STAGED_MAX && artifacts_keep(a) < 0)
		return -1;
	MEM_GROW(a->staged, a->count, a->cap);
	if (stage_open_unnamed(&a->staged[a->count], a->fd, hex) < 0)
		return -1;
	if (decode(base64, len, write_chunk, &a->staged[a->count])) {
		a->count++;
		return 0;
	}
	saved = errno;
	stage_abort(&a->staged[a->count]);
	errno = saved;
	return -1;
}

int
artifacts_keep(struct artifacts *a)
{
	size_t count = a->count;
	bool found = a->found;

	a->count = 0;
	a->found = false;
	if (count > 0)
		return stage_commit_all(a->staged, count);
	return found ? fsync(a->fd) : 0;
}

void
artifacts_drop(struct artifacts *a)
{
	a->found = false;
	while (a->count > 0)
		stage_abort(&a->staged[--a->count]);
}
