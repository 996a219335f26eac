/* What a file holds: read, or mapped where it is long. */
#ifndef PF_CONTENT_H
#define PF_CONTENT_H

#include "buf.h"
#include "libcrash/span.h"
#include "mapped.h"

struct found;

struct content {
	struct span text;
	/* `text` is the one or the other. */
	struct buf bytes;
	struct mapped mapped;
};

/* clang-format off */
#define CONTENT_INIT {.text = {"", 0}, .bytes = BUF_INIT}
/* clang-format on */

/*
 * Reads the file, and tells what it is in *found. Returns an exit code: 1
 * where there is more in it than was read, and greater ones where there is
 * nothing to look at and content_end does not follow.
 */
int content_read(struct content *c, const char *path, struct found *found);
/* What stands before `at` has been looked at. */
void content_pass(struct content *c, const char *at);
/*
 * Forgets the file and keeps the room for the next; 1 with a sentence when it
 * was shortened meanwhile.
 */
int content_end(struct content *c, const char *path);
void content_release(struct content *c);

#endif
