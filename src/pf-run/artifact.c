/* Reading and keeping the files that fuzzers leave. */
#include "artifact.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "below.h"
#include "mem.h"
#include "sha1.h"
#include "stage.h"

#define PIECE 65536

/* A directory outside the job's is one that the user named. */
static int
open_input(int job_fd, const char *path)
{
	return path[0] == '/'
	    ? open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
	    : below_open(job_fd, path, O_RDONLY | O_NONBLOCK, true);
}

/*
 * A read lease is refused while anyone has the file open for writing: the one
 * exact answer. Where leases are not to be had, nobody has.
 */
static bool
is_being_written(int fd)
{
	/* Whoever opens it just now breaks the lease: a signal to be ignored,
	 * where the usual one would end us. */
	if (fcntl(fd, F_SETSIG, SIGURG) < 0)
		return false;
	if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
		return errno == EAGAIN;
	fcntl(fd, F_SETLEASE, F_UNLCK);
	return false;
}

int
artifact_open(struct artifact *a, int job_fd, const char *path)
{
	*a = (struct artifact){.fd = open_input(job_fd, path)};
	if (a->fd < 0)
		/* Gone, or something that cannot be a file's content. */
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ||
			errno == ENXIO
		    ? 0
		    : -1;
	a->being_written = is_being_written(a->fd);
	if (fstat(a->fd, &a->st) == 0 && S_ISREG(a->st.st_mode))
		return 1;
	artifact_close(a);
	return 0;
}

void
artifact_close(struct artifact *a)
{
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

static bool
is_hex(const char *text, size_t len)
{
	return strlen(text) == len && strspn(text, "0123456789abcdef") == len;
}

/* The SHA-1 that ends the name, or NULL. */
static const char *
sha1_in(const char *name)
{
	size_t n = strlen(name);
	const char *hex;

	if (n < SHA1_TEXT - 1)
		return NULL;
	hex = name + n - (SHA1_TEXT - 1);
	return is_hex(hex, SHA1_TEXT - 1) && (hex == name || hex[-1] == '-')
	    ? hex
	    : NULL;
}

static ssize_t
read_piece(int fd, char *piece)
{
	ssize_t n;

	do
		n = read(fd, piece, PIECE);
	while (n < 0 && errno == EINTR);
	return n;
}

int
artifact_read(struct artifact *a, const char *name, bool sha1_named)
{
	const char *want = sha1_named ? sha1_in(name) : NULL;
	struct hash_stream *stream = hash_begin();
	char *piece = mem_alloc(PIECE), hex[SHA1_TEXT];
	struct sha1 sha1;
	ssize_t n;

	a->bytes = 0;
	sha1_begin(&sha1);
	if (lseek(a->fd, 0, SEEK_SET) < 0)
		n = -1;
	else
		while ((n = read_piece(a->fd, piece)) > 0) {
			a->bytes += (uint64_t)n;
			hash_add(stream, piece, (size_t)n);
			if (want != NULL)
				sha1_add(&sha1, piece, (size_t)n);
		}
	hash_end(stream, a->hash);
	free(piece);
	sha1_end(&sha1, hex);
	if (want != NULL && strcmp(hex, want) == 0)
		a->state = ARTIFACT_WHOLE;
	else if (a->bytes == 0)
		a->state = ARTIFACT_EMPTY;
	else
		a->state = want != NULL ? ARTIFACT_DAMAGED : ARTIFACT_WHOLE;
	return n < 0 ? -1 : 0;
}

bool
artifact_name_is_of(const char *name, const struct buf *content)
{
	const char *want = sha1_in(name);
	char hex[SHA1_TEXT];
	struct sha1 sha1;

	sha1_begin(&sha1);
	sha1_add(&sha1, content->data, content->len);
	sha1_end(&sha1, hex);
	return want != NULL && strcmp(hex, want) == 0;
}

static bool
is_kept(const struct artifact *a, int to_fd)
{
	struct stat st;

	return fstatat(to_fd, a->hash, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) && (uint64_t)st.st_size == a->bytes;
}

/* By the descriptor, so that it is the file that was read. */
static int
link_as(int fd, int to_fd, const char *name)
{
	char path[32];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, to_fd, name, AT_SYMLINK_FOLLOW);
}

/* 0 when all of it was copied, 1 when it was not what was read before. */
static int
copy_bytes(const struct artifact *a, int to)
{
	struct hash_stream *stream = hash_begin();
	char *piece = mem_alloc(PIECE), hash[HASH_TEXT];
	ssize_t n = lseek(a->fd, 0, SEEK_SET);

	while (n >= 0 && (n = read_piece(a->fd, piece)) > 0) {
		hash_add(stream, piece, (size_t)n);
		n = stage_write_all(to, piece, (size_t)n);
	}
	hash_end(stream, hash);
	free(piece);
	if (n < 0)
		return -1;
	return strcmp(hash, a->hash) == 0 ? 0 : 1;
}

static int
commit(struct stage *s, const struct artifact *a)
{
	const struct timespec times[2] = {a->st.st_mtim, a->st.st_mtim};

	/* Its time is when the crash was found. */
	if (futimens(s->fd, times) == 0)
		return stage_commit(s);
	stage_abort(s);
	return -1;
}

int
artifact_keep(const struct artifact *a, int to_fd, bool stays)
{
	struct stage s;
	int status;

	if (is_kept(a, to_fd))
		return 0;
	if (stays && !a->being_written && link_as(a->fd, to_fd, a->hash) == 0)
		return 0;
	if (stage_open(&s, to_fd, a->hash) < 0)
		return -1;
	status = copy_bytes(a, s.fd);
	if (status == 0)
		return commit(&s, a);
	stage_abort(&s);
	return status;
}

int
artifact_keep_content(struct artifact *a, int to_fd, const struct buf *content)
{
	struct stage s;

	hash_bytes(content->data, content->len, a->hash);
	a->bytes = content->len;
	if (is_kept(a, to_fd))
		return 0;
	if (stage_open(&s, to_fd, a->hash) < 0)
		return -1;
	if (stage_write_all(s.fd, content->data, content->len) == 0)
		return commit(&s, a);
	stage_abort(&s);
	return -1;
}
