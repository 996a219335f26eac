/*
 * Where a store must not lie: its processes share memory and locks by way of
 * its files, which a file system over a network does not give them
 * (sqlite.org/wal.html, "Advantages and Disadvantages", and
 * sqlite.org/useovernet.html).
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "db_sqlite.h"
#include "mem.h"
#include "mountinfo.h"

/* linux/magic.h, and where that has none the file system's own source. */
static const struct {
	unsigned long magic;
	const char *name;
} remote[] = {
    {0x6969, "NFS"},
    {0xff534d42, "CIFS"},
    {0xfe534d42, "SMB"},
    {0x517b, "SMB"},
    {0x01021997, "9p"},
    {0x5346414f, "AFS"},
    {0x6b414653, "AFS"},
    {0x00c36400, "Ceph"},
    {0x0bd00bd0, "Lustre"},
    {0x01161970, "GFS2"},
    {0x7461636f, "OCFS2"},
    {0x19830326, "BeeGFS"},
    {0x47504653, "GPFS"},
};

/* FUSE has one number for all; the mount tells which. */
#define FUSE_MAGIC 0x65735546
static const char *const remote_fuse[] = {"fuse.sshfs", "fuse.s3fs",
    "fuse.gcsfuse", "fuse.rclone", "fuse.glusterfs", "fuse.ceph", "fuse.davfs",
    "fuse.curlftpfs", "fuse.juicefs", "fuse.mountpoint-s3", NULL};

/* The type of the mount whose point is the longest beginning of `path`. */
static void
type_of_mount(const char *path, struct buf *type)
{
	struct buf text = BUF_INIT;
	const char *at;
	struct mount m;
	size_t best = 0;

	mount_init(&m);
	if (buf_read_file(&text, AT_FDCWD, "/proc/self/mountinfo", 1 << 20) >=
	    0) {
		at = text.data;
		while (mount_next(&m, &at)) {
			size_t n = m.point.len;

			if (n < best || strncmp(path, m.point.data, n) != 0 ||
			    (n > 1 && path[n] != '/' && path[n] != '\0'))
				continue;
			best = n;
			buf_clear(type);
			buf_add(type, m.type.data, m.type.len);
		}
	}
	mount_release(&m);
	buf_release(&text);
}

/* The directory that the store is in, from the root. */
static char *
directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = mem_dup_n(
		 path, slash == NULL ? 0 : (size_t)(slash - path) + 1),
	     *real = realpath(*dir == '\0' ? "." : dir, NULL);

	free(dir);
	return real;
}

bool
sqlite_is_remote(const char *path, struct buf *type)
{
	char *dir = directory_of(path);
	bool found = false;
	struct statfs fs;
	size_t i;

	if (dir == NULL || statfs(dir, &fs) < 0) {
		free(dir);
		return false;
	}
	for (i = 0; i < sizeof remote / sizeof remote[0] && !found; i++)
		if (((unsigned long)fs.f_type & 0xffffffff) ==
		    remote[i].magic) {
			buf_add_str(type, remote[i].name);
			found = true;
		}
	if (((unsigned long)fs.f_type & 0xffffffff) == FUSE_MAGIC) {
		type_of_mount(dir, type);
		for (i = 0; remote_fuse[i] != NULL && !found; i++)
			found = strcmp(type->data, remote_fuse[i]) == 0;
	}
	free(dir);
	return found;
}
