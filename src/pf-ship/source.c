/* Each kind has its own way to look without taking. */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* More than a pipe is given by default; what is behind waits for its turn. */
#define SCRATCH (1024 * 1024)

static int
open_scratch(struct source *s)
{
	int size = fcntl(s->fd, F_GETPIPE_SZ);

	if (pipe2(s->scratch, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	/* As many pieces must fit as are in the other one. */
	if (size > 0)
		(void)!fcntl(s->scratch[1], F_SETPIPE_SZ, size);
	return 0;
}

void
source_init(struct source *s, int fd)
{
	struct stat st;

	*s = (struct source){
	    .fd = fd, .kind = SOURCE_PLAIN, .scratch = {-1, -1}};
	buf_init(&s->again);
	if (fstat(fd, &st) < 0)
		return;
	if (S_ISFIFO(st.st_mode) && open_scratch(s) == 0)
		s->kind = SOURCE_PIPE;
	else if (S_ISSOCK(st.st_mode))
		s->kind = SOURCE_SOCKET;
	else if (S_ISREG(st.st_mode))
		s->kind = SOURCE_FILE;
}

void
source_release(struct source *s)
{
	if (s->scratch[0] >= 0) {
		close(s->scratch[0]);
		close(s->scratch[1]);
	}
	buf_release(&s->again);
}

static ssize_t
read_whole(int fd, char *bytes, size_t n)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = read(fd, bytes + have, n - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -1 : (ssize_t)have;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

/* From the beginning of what is there, up to `n` bytes. */
static ssize_t
look(struct source *s, char *bytes, size_t n)
{
	ssize_t got;

	if (s->kind == SOURCE_SOCKET)
		return recv(s->fd, bytes, n, MSG_PEEK | MSG_DONTWAIT);
	got = tee(s->fd, s->scratch[1], n, SPLICE_F_NONBLOCK);
	return got <= 0 ? got : read_whole(s->scratch[0], bytes, (size_t)got);
}

/* What is behind what was read before; that is read once more with it. */
static ssize_t
look_behind(struct source *s, struct buf *out, size_t max)
{
	size_t n = s->handed + max;
	ssize_t got;

	buf_clear(&s->again);
	got = look(s, buf_reserve(&s->again, n), n);
	if (got < 0)
		return -1;
	if ((size_t)got <= s->handed && s->handed > 0) {
		errno = EAGAIN;
		return -1;
	}
	got -= (ssize_t)s->handed;
	buf_add(out, s->again.data + s->handed, (size_t)got);
	return got;
}

ssize_t
source_read(struct source *s, struct buf *out, size_t max)
{
	off_t at = s->kind == SOURCE_FILE ? lseek(s->fd, 0, SEEK_CUR) : 0;
	ssize_t n;

	if (s->handed > SCRATCH) {
		errno = EAGAIN;
		return -1;
	}
	if (s->kind == SOURCE_PIPE || s->kind == SOURCE_SOCKET) {
		n = look_behind(s, out, max);
	} else {
		char *room = buf_reserve(out, max);

		n = s->kind == SOURCE_FILE && at >= 0
		    ? pread(s->fd, room, max, at + (off_t)s->handed)
		    : read(s->fd, room, max);
		if (n > 0)
			buf_truncate(out, out->len + (size_t)n);
	}
	if (n > 0 && s->kind != SOURCE_PLAIN)
		s->handed += (size_t)n;
	return n;
}

int
source_settle(struct source *s, size_t keep)
{
	size_t n = s->handed > keep ? s->handed - keep : 0;

	if (n == 0)
		return 0;
	if (s->kind == SOURCE_FILE) {
		if (lseek(s->fd, (off_t)n, SEEK_CUR) < 0)
			return -1;
	} else {
		buf_clear(&s->again);
		if (read_whole(s->fd, buf_reserve(&s->again, n), n) < 0)
			return -1;
	}
	s->handed -= n;
	return 0;
}
