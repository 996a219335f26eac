/*
 * The entries of a directory straight from the kernel, many at a time
 * (getdents64(2)): what readdir(3) does, without a descriptor and memory of
 * its own.
 */
#ifndef PF_ENTRIES_H
#define PF_ENTRIES_H

#include <dirent.h>
#include <stddef.h>

#define ENTRIES_BYTES 16384

struct entries {
	int fd; /* borrowed */
	ssize_t have, next;
	_Alignas(struct dirent64) char bytes[ENTRIES_BYTES];
};

/* From the descriptor's offset on, which is the first entry once it is open. */
void entries_begin(struct entries *e, int dir_fd);
/*
 * The next one but for "." and "..", valid until the next call. NULL at the
 * end, with errno 0, or when it cannot be read, with errno.
 */
const struct dirent64 *entries_next(struct entries *e);

#endif
