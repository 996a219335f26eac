/* A snapshot on the disk: an archive and its manifest beside it. */
#ifndef PF_BACKUP_SNAPSHOT_H
#define PF_BACKUP_SNAPSHOT_H

#include "manifest.h"

struct snapshot {
	int dir;
	char *archive; /* file names in that directory */
	char *manifest_name;
	struct manifest manifest;
};

/* The largest manifest that is read, in bytes. */
#define SNAPSHOT_MANIFEST_MAX (1024UL * 1024 * 1024)

/*
 * Opens the snapshot of which `path` is the archive or the manifest, and reads
 * the manifest. 0, or the exit status after a message: 66 when there is none.
 * To be released in either case.
 */
int snapshot_open(struct snapshot *s, const char *path);
/* The same by the manifest's name in an open directory, which is borrowed. */
int snapshot_read(struct snapshot *s, int dir, const char *manifest_name);
void snapshot_release(struct snapshot *s);

#endif
