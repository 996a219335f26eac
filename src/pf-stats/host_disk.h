/* File systems: how full they are and where they are mounted. */
#ifndef PF_HOST_DISK_H
#define PF_HOST_DISK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/statvfs.h>

#include "buf.h"
#include "strvec.h"

struct emit;

/* HOST_UNKNOWN and NaN where it is not known. */
struct disk {
	uint64_t total, used;
	uint64_t free;     /* to those who are not root */
	double used_ratio; /* as df(1) counts: of what they may have at all */
	double inodes_used_ratio; /* NaN also where inodes are not counted */
};

void disk_measure(struct disk *d, const struct statvfs *s);
/*
 * Where the mount of the text of /proc/self/mountinfo with that id is, into
 * `point`; false when it is not there.
 */
bool disk_mount_by_id(const char *mountinfo, uint64_t id, struct buf *point);
/* The same for the mount that holds the absolute path. */
bool
disk_mount_by_path(const char *mountinfo, const char *path, struct buf *point);
/*
 * Emits the array `disks` of the file systems that hold `paths`, each once;
 * no array when none of them can be looked at. Each path that cannot is named
 * in one sentence; returns an exit status, 0 or 1.
 */
int
disks_emit(struct emit *e, const struct strvec *paths, const char *mountinfo);

#endif
