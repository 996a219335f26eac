/* The one growing buffer. */
#include "buf.h"

#include <errno.h>
#include <fcntl.h>
#include <sysexits.h>

#include "mem.h"
#include "msg.h"

char buf_empty[1];

void
buf_init(struct buf *b)
{
	b->data = buf_empty;
	b->len = b->cap = 0;
}

void
buf_release(struct buf *b)
{
	if (b->cap > 0)
		free(b->data);
	buf_init(b);
}

void
buf_clear(struct buf *b)
{
	buf_truncate(b, 0);
}

void
buf_truncate(struct buf *b, size_t len)
{
	b->len = len;
	if (b->cap > 0)
		b->data[len] = '\0';
}

void
buf_consume(struct buf *b, size_t n)
{
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n);
	buf_truncate(b, b->len - n);
}

char *
buf_reserve(struct buf *b, size_t extra)
{
	size_t need = b->len + extra + 1;
	/* The first is exact: who knows what comes wastes nothing. */
	size_t cap = b->cap ? b->cap : need > 64 ? need : 64;

	if (need <= extra)
		msg_diex(EX_OSERR, "out of memory: %zu bytes more", extra);
	if (need > b->cap) {
		while (cap < need)
			cap = cap > SIZE_MAX / 2 ? need : cap * 2;
		b->data = mem_realloc(b->cap ? b->data : NULL, cap);
		b->cap = cap;
		b->data[b->len] = '\0';
	}
	return b->data + b->len;
}

char *
buf_take(struct buf *b)
{
	char *bytes;

	buf_reserve(b, 0);
	bytes = b->data;
	buf_init(b);
	return bytes;
}

void
buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (n == 0)
		return;
	if (n >= b->cap - b->len)
		buf_reserve(b, n);
	memcpy(b->data + b->len, bytes, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void
buf_add_str(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void
buf_add_char(struct buf *b, char c)
{
	if (b->cap - b->len < 2)
		buf_reserve(b, 1);
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
}

void
buf_addf(struct buf *b, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	buf_vaddf(b, format, ap);
	va_end(ap);
}

void
buf_vaddf(struct buf *b, const char *format, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(buf_reserve(b, 63), 64, format, ap);
	if (n > 63)
		n = vsnprintf(
		    buf_reserve(b, (size_t)n), (size_t)n + 1, format, again);
	va_end(again);
	if (n < 0)
		msg_die(EX_OSERR, "format a message");
	buf_truncate(b, b->len + (size_t)n);
}

int
buf_read_fd(struct buf *b, int fd, size_t max)
{
	size_t start = b->len;
	ssize_t n;

	for (;;) {
		size_t room = max - (b->len - start);
		char extra;

		if (room == 0) {
			n = read(fd, &extra, 1);
			if (n < 0 && errno == EINTR)
				continue;
			return n < 0 ? -1 : n > 0;
		}
		if (room > 65536)
			room = 65536;
		n = read(fd, buf_reserve(b, room), room);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -1 : 0;
		buf_truncate(b, b->len + (size_t)n);
	}
}

int
buf_read_file(struct buf *b, int dir_fd, const char *path, size_t max)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int status, saved;

	if (fd < 0)
		return -1;
	status = buf_read_fd(b, fd, max);
	saved = errno;
	close(fd);
	errno = saved;
	return status;
}
