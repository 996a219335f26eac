/*
 * The destination file://: a directory gets one file a batch, named by its
 * key; anything else is one file that grows.
 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "destination.h"
#include "mem.h"
#include "stage.h"

size_t
file_overlap(const char *tail, size_t tail_len, const char *batch, size_t len)
{
	const char *at = tail, *end = tail + tail_len;

	if (tail_len > len)
		at = end - len;
	/* A batch was begun at the beginning of a line. The longest overlap
	 * is the right one. */
	while (at < end) {
		size_t n = (size_t)(end - at);

		if ((at == tail || at[-1] == '\n') && memcmp(at, batch, n) == 0)
			return n;
		at = memchr(at, '\n', n);
		if (at == NULL)
			break;
		at++;
	}
	return 0;
}

static enum delivery
failed(const char *what, int error, struct buf *why)
{
	buf_addf(why, "%s: %s", what, strerror(error));
	switch (error) {
	case EACCES:
	case EPERM:
	case EROFS:
		return DELIVERY_FORBIDDEN;
	case ELOOP:
	case EISDIR:
	case ENAMETOOLONG:
		return DELIVERY_UNUSABLE;
	default:
		return DELIVERY_TEMPORARY;
	}
}

/* 1 if the file `name` has just these bytes, 0 if not or none is there. */
static int
holds(int dir, const char *name, const struct consignment *c, int *error)
{
	struct buf there = BUF_INIT;
	int got = buf_read_file(&there, dir, name, c->len);
	int same = got == 0 && there.len == c->len &&
	    memcmp(there.data, c->bytes, c->len) == 0;

	*error = got < 0 ? errno : 0;
	buf_release(&there);
	return same;
}

static enum delivery
deliver_into(int dir, const struct consignment *c, struct buf *why)
{
	char *name = mem_printf("%s.jsonl", c->key);
	enum delivery result = DELIVERY_DONE;
	int error;

	if (holds(dir, name, c, &error)) {
		/* It may be there without having reached the disk. */
		if (fsync(dir) < 0)
			result = failed("fsync the directory", errno, why);
	} else if (error == 0) {
		buf_addf(why, "%s is there and has other contents", name);
		result = DELIVERY_CONFLICT;
	} else if (error != ENOENT) {
		result = failed("read what is there", error, why);
	} else if (stage_write(dir, name, c->bytes, c->len) < 0) {
		result = failed("write", errno, why);
	}
	free(name);
	return result;
}

/* Reads the last bytes of the file, one more than the batch has. */
static int
read_tail(int fd, off_t size, size_t len, struct buf *tail)
{
	size_t want = (uint64_t)size > len ? len + 1 : (size_t)size;

	while (tail->len < want) {
		ssize_t n = pread(fd, buf_reserve(tail, want - tail->len),
		    want - tail->len, size - (off_t)want + (off_t)tail->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		buf_truncate(tail, tail->len + (size_t)n);
	}
	return 0;
}

/* Appends what is missing of the batch; on failure the file is as before. */
static int
append(int fd, const struct consignment *c)
{
	struct buf tail = BUF_INIT;
	struct stat st;
	size_t have;
	int saved;

	if (fstat(fd, &st) < 0 ||
	    read_tail(fd, st.st_size, c->len, &tail) < 0) {
		buf_release(&tail);
		return -1;
	}
	have = file_overlap(tail.data, tail.len, c->bytes, c->len);
	if (have == 0 && tail.len > 0 && tail.data[tail.len - 1] != '\n') {
		/* Somebody's torn line: it must not swallow one of ours. */
		buf_release(&tail);
		if (stage_write_all(fd, "\n", 1) < 0)
			return -1;
		st.st_size++;
	}
	buf_release(&tail);
	if (stage_write_all(fd, c->bytes + have, c->len - have) == 0 &&
	    fsync(fd) == 0)
		return 0;
	saved = errno;
	(void)!ftruncate(fd, st.st_size);
	errno = saved;
	return -1;
}

static enum delivery
deliver_onto(
    int dir, const char *name, const struct consignment *c, struct buf *why)
{
	int fd = openat(dir, name,
	    O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
		O_CLOEXEC,
	    0666);
	enum delivery result = DELIVERY_DONE;
	struct stat st;

	if (fd < 0)
		return failed("open", errno, why);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		buf_add_str(why, "not a regular file");
		result = DELIVERY_UNUSABLE;
	} else if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		result = failed("lock", errno, why);
	else if (append(fd, c) < 0)
		result = failed("append", errno, why);
	else if (fsync(dir) < 0)
		result = failed("fsync the directory", errno, why);
	close(fd);
	return result;
}

static bool
is_directory(const char *path)
{
	struct stat st;
	size_t len = strlen(path);

	return path[len - 1] == '/' ||
	    (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

static enum delivery
deliver(struct destination *d, const struct consignment *c, struct buf *why)
{
	const char *slash = strrchr(d->path, '/');
	bool whole = is_directory(d->path);
	char *parent = whole
	    ? mem_dup(d->path)
	    : mem_dup_n(d->path, (size_t)(slash - d->path) + 1);
	int dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum delivery result;

	free(parent);
	if (dir < 0)
		return failed("open the directory", errno, why);
	result = whole ? deliver_into(dir, c, why)
		       : deliver_onto(dir, slash + 1, c, why);
	close(dir);
	return result;
}

static struct consignment *
next(struct destination *d)
{
	struct consignment *c = d->waiting;

	c->result = deliver(d, c, &c->why);
	return c;
}

static int
open_file(struct destination *d, const char *rest, struct buf *why)
{
	if (*rest != '/') {
		buf_add_str(
		    why, "file:// needs an absolute path, as in file:///dir/");
		return EX_USAGE;
	}
	d->path = mem_dup(rest);
	return 0;
}

const struct destination_scheme destination_file = {.prefix = "file://",
    .open = open_file,
    .send = destination_keep,
    .next = next};
