/*
 * A regular file's bytes as memory, for files that are too long to be read
 * into it. Whoever shortens the file meanwhile does not end the program: the
 * bytes that are gone are NULs then, and mapped_close tells. One at a time.
 */
#ifndef PF_MAPPED_H
#define PF_MAPPED_H

#include <stdbool.h>
#include <stddef.h>

struct mapped {
	const char *data; /* NULL: nothing is mapped */
	size_t len;
	size_t done; /* so many of them need no memory any more */
};

/* Maps the first `len` bytes, which is not 0. -1 with errno. */
int mapped_open(struct mapped *m, int fd, size_t len);
/*
 * Bytes before `at` are not looked at for a while: their memory is given back
 * now and then, and taken anew when they are.
 */
void mapped_pass(struct mapped *m, const char *at);
/* They are to be passed once more, from the first one on. */
void mapped_again(struct mapped *m);
/* False when the file was shortened meanwhile. */
bool mapped_close(struct mapped *m);

#endif
