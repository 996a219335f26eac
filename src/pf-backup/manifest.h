/*
 * What a snapshot holds. The manifest is written after the archive: where
 * there is none, there is no snapshot. It ends with the xxh128 of all of its
 * own bytes before that last member.
 */
#ifndef PF_BACKUP_MANIFEST_H
#define PF_BACKUP_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "hash.h"

enum manifest_type { MANIFEST_FILE, MANIFEST_DIRECTORY, MANIFEST_LINK };

struct manifest_entry {
	enum manifest_type type;
	char *path;   /* below the source, any bytes */
	char *target; /* of a link */
	uint64_t bytes;
	char xxh128[HASH_TEXT]; /* of a file's bytes as they are stored */
	unsigned mode;
	int64_t mtime_ms;
	bool changed; /* while it was read: it may be torn */
};

struct manifest {
	char *name, *node, *source;
	int64_t time_ms;
	uint64_t archive_bytes;
	char archive_xxh128[HASH_TEXT];
	uint64_t failed; /* what was there and could not be stored */
	struct manifest_entry *entries; /* in the archive's order */
	size_t count, cap;
};

void manifest_release(struct manifest *m);
/* A zeroed entry at the end; valid until the next is added. */
struct manifest_entry *manifest_add(struct manifest *m);
/* The number of files and their bytes. */
uint64_t manifest_files(const struct manifest *m, uint64_t *bytes);
void manifest_write(struct buf *out, const struct manifest *m);
/*
 * Reads what manifest_write wrote. NULL, or what is wrong with it; `m` is to
 * be released in either case.
 */
const char *manifest_read(struct manifest *m, const char *text, size_t len);
/*
 * Whether `found`, as it came out of an archive, is what the manifest says of
 * `entry`. NULL, or which property differs.
 */
const char *manifest_differs(
    const struct manifest_entry *entry, const struct manifest_entry *found);

#endif
