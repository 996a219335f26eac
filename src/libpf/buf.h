/*
 * A growing run of bytes.
 *
 * Invariants: `data` is never NULL and data[len] is always '\0', also right
 * after BUF_INIT; `cap` is 0 exactly while nothing is allocated. The bytes
 * may hold NULs of their own. Whoever has a struct buf releases it.
 */
#ifndef PF_BUF_H
#define PF_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct buf {
	char *data;
	size_t len;
	size_t cap;
};

extern char buf_empty[1];
/* clang-format off */
#define BUF_INIT {buf_empty, 0, 0}
/* clang-format on */

void buf_init(struct buf *b);
/* Frees the bytes and leaves an empty, usable buffer. */
void buf_release(struct buf *b);
/* Forgets the bytes and keeps the room. */
void buf_clear(struct buf *b);
/* Cuts to `len`, which must not be above b->len. */
void buf_truncate(struct buf *b, size_t len);
/* Drops the first `n` bytes. */
void buf_consume(struct buf *b, size_t n);
/* Makes room for `extra` more bytes and the NUL; returns where they go. */
char *buf_reserve(struct buf *b, size_t extra);
/* Hands the bytes over to the caller, who frees them; `b` is empty after. */
char *buf_take(struct buf *b);

void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_add_str(struct buf *b, const char *text);
void buf_add_char(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));

/*
 * Appends what can be read from `fd` up to its end, at most `max` bytes.
 * 0 at the end of the file, 1 if there was more than `max`, of which one byte
 * has been read then and is lost, -1 with errno.
 */
int buf_read_fd(struct buf *b, int fd, size_t max);
/* The same from a path below `dir_fd`, which may be AT_FDCWD. */
int buf_read_file(struct buf *b, int dir_fd, const char *path, size_t max);

#endif
