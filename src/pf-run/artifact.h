/*
 * The file that a fuzzer left a crash input in: whether all of it is there,
 * and a copy of it under the name of its content. A full disk is silent in the
 * fuzzers: they leave empty or short files and go on.
 */
#ifndef PF_ARTIFACT_H
#define PF_ARTIFACT_H

#include <stdbool.h>
#include <sys/stat.h>

#include "buf.h"
#include "hash.h"

enum artifact_state {
	ARTIFACT_WHOLE,   /* or nothing says otherwise */
	ARTIFACT_EMPTY,   /* its content is lost */
	ARTIFACT_DAMAGED, /* its name is the SHA-1 of other content */
};

struct artifact {
	int fd;
	struct stat st;
	char hash[HASH_TEXT]; /* XXH3-128 of what is in the file */
	uint64_t bytes;
	enum artifact_state state;
	bool being_written; /* somebody had it open for that */
};

/*
 * Opens `path` below `job_fd`: a regular file, reached through no symbolic
 * link; of an absolute path only the last part must not be one. 1 when it is
 * open, 0 when there is no such file, -1 with errno.
 */
int artifact_open(struct artifact *a, int job_fd, const char *path);
void artifact_close(struct artifact *a);
/*
 * Reads and judges it. With `sha1_named` a name that ends in 40 hex digits is
 * held to be the SHA-1 of the content. -1 with errno.
 */
int artifact_read(struct artifact *a, const char *name, bool sha1_named);
/* Whether `name` says that its content is these bytes. */
bool artifact_name_is_of(const char *name, const struct buf *content);
/*
 * Gives what was read the name a->hash below `to_fd`, unless it is there
 * already: a second name for the same file if it `stays` as it is, else a
 * copy with its times. 0, 1 when the file is another by now, -1 with errno.
 */
int artifact_keep(const struct artifact *a, int to_fd, bool stays);
/*
 * The same for content that was found elsewhere; a->hash and a->bytes become
 * its own.
 */
int
artifact_keep_content(struct artifact *a, int to_fd, const struct buf *content);

#endif
