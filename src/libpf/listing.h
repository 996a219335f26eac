/* The names in a directory, sorted, in little more memory than they take. */
#ifndef PF_LISTING_H
#define PF_LISTING_H

#include <stdbool.h>

#include "buf.h"

struct listing {
	size_t count;
	/* The maker's own. */
	struct buf text; /* of each entry its type and its name with a NUL */
	size_t *at;      /* where in it */
};

/* clang-format off */
#define LISTING_INIT {0, BUF_INIT, NULL}
/* clang-format on */

/*
 * Reads the open directory from its descriptor's offset on. 0, or -1 with
 * errno: then the listing has what could be read. Released in any case.
 */
int listing_read(struct listing *listing, int dir_fd);
void listing_release(struct listing *listing);

/* In the order of strcmp(3), and without "." and "..". */
const char *listing_name(const struct listing *listing, size_t index);
/* DT_REG, DT_DIR…; DT_UNKNOWN where even lstat(2) cannot tell. */
unsigned char listing_type(const struct listing *listing, size_t index);
/* The index of that name, which need not end with a NUL; false: it has none. */
bool listing_find(
    const struct listing *listing, const char *name, size_t len, size_t *index);

#endif
