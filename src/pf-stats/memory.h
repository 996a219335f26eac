/*
 * What a follower remembers of each path from one round to the next, so that a
 * log is read on from where it ended and a torn file has a last good version.
 */
#ifndef PF_MEMORY_H
#define PF_MEMORY_H

#include <stdint.h>
#include <sys/types.h>

#include "buf.h"
#include "libengine/libfuzzer_scan.h"
#include "strvec.h"

struct remembered {
	char *path;
	/* A log: which file, how much of it is read, what that came to. */
	dev_t device;
	ino_t inode;
	off_t offset;
	struct libfuzzer_scan scan;
	struct buf good; /* the last whole fuzzer_stats */
	/* What is wrong with it: in that round, and in the one before. */
	struct strvec complaints, said;
	unsigned complained;
};

struct memory {
	void *tree; /* of tsearch(3), by path */
};

/* What is remembered of the path, nothing at first; it stays the memory's. */
struct remembered *memory_of(struct memory *m, const char *path);
void memory_release(struct memory *m);

#endif
