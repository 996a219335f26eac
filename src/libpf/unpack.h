/*
 * Bytes as they were before gzip (RFC 1952) or zstd (RFC 8878)
 * packed them, which their first bytes tell; anything else is read as it is.
 * Several packed pieces in a row are one.
 */
#ifndef PF_UNPACK_H
#define PF_UNPACK_H

#include <stdbool.h>
#include <sys/types.h>

struct unpack;

/* Which of them it is by the first bytes. */
enum unpack_form { UNPACK_PLAIN, UNPACK_GZIP, UNPACK_ZSTD };
enum unpack_form unpack_form(const void *bytes, size_t n);

/* `fd` is borrowed. */
struct unpack *unpack_new(int fd);
/* What is in memory, borrowed. */
struct unpack *unpack_new_bytes(const void *bytes, size_t n);
/* NULL is allowed. */
void unpack_free(struct unpack *u);

/*
 * As read(2): how many bytes, 0 at the end, -1 with errno. EBADMSG says that
 * what is packed is damaged or cut off; unpack_why tells how.
 */
ssize_t unpack_read(struct unpack *u, void *bytes, size_t n);
/* A sentence's rest. */
const char *unpack_why(const struct unpack *u);
/* Whether there is something to be had before more is read. */
bool unpack_is_ready(const struct unpack *u);

#endif
