/*
 * A descriptor that is read without being emptied: what was read stays in it
 * until it is safe elsewhere. A reader that is killed in between leaves it to
 * the next one on the same pipe, socket or file, and some of it twice, which
 * ids make harmless. Anything else, a terminal, is just read.
 */
#ifndef PF_SHIP_SOURCE_H
#define PF_SHIP_SOURCE_H

#include <stddef.h>
#include <sys/types.h>

#include "buf.h"

struct source {
	int fd; /* borrowed */
	enum { SOURCE_PLAIN, SOURCE_PIPE, SOURCE_SOCKET, SOURCE_FILE } kind;
	size_t handed;    /* bytes that were read and are still there */
	int scratch[2];   /* of a pipe: the way for copies */
	struct buf again; /* what was read before, once more */
};

void source_init(struct source *s, int fd);
void source_release(struct source *s);

/*
 * Appends what comes next, at most `max` bytes: how many, 0 at the end, -1 with
 * errno; EAGAIN says that there is nothing behind what was read before. While
 * there is some of that, poll(2) tells nothing of use.
 */
ssize_t source_read(struct source *s, struct buf *out, size_t max);
/* Takes out what was read, but for the last `keep` bytes of it. -1 with errno.
 */
int source_settle(struct source *s, size_t keep);

#endif
