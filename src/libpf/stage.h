/*
 * Files that appear whole or not at all: written under a temporary name in
 * the same directory, fsynced, renamed, and the directory fsynced.
 *
 *	if (stage_open(&s, dir_fd, "state.json") < 0) …
 *	write to s.fd
 *	if (stage_commit(&s) < 0) …
 */
#ifndef PF_STAGE_H
#define PF_STAGE_H

#include <stddef.h>
#include <sys/types.h>

struct stage {
	int fd;
	int dir_fd; /* borrowed */
	char *name;
	char *temporary; /* ".NAME.PID.COUNT.tmp"; NULL: without a name */
};

/* `name` has no slash. Mode 0666 less the umask. -1 with errno. */
int stage_open(struct stage *s, int dir_fd, const char *name);
/*
 * The same for stage_commit_all, where a file that has the name is as good as
 * this one and stays. Who is killed leaves nothing behind, if the file system
 * has files without a name.
 */
int stage_open_unnamed(struct stage *s, int dir_fd, const char *name);
/*
 * -1 with errno on failure, and the temporary file is gone. Nothing else has
 * changed, unless it was the directory that could not be synced: then the file
 * has its name already, but may not have it after a power cut.
 */
int stage_commit(struct stage *s);
/*
 * The same for many files of one directory, which costs little more than one.
 * -1 with errno when some of them failed.
 */
int stage_commit_all(struct stage *s, size_t count);
void stage_abort(struct stage *s);
/* Open, write and commit in one call. */
int stage_write(int dir_fd, const char *name, const void *bytes, size_t n);
/*
 * Whether a staged file may take the place of what `name` is: 0 where that is
 * nothing, a file or a directory, which renaming will refuse. -1 with errno
 * where it is a link (ELOOP), or a device, a pipe or a socket (EEXIST), which
 * is there to be written to and not to be gone afterwards.
 */
int stage_may_replace(int dir_fd, const char *name);
/*
 * The same as stage_write for a path, where a file may be replaced: the
 * directory is opened first. "-" is not special.
 */
int stage_write_path(const char *path, const void *bytes, size_t n);
/* What was just made is on the disk when the directory that it is in is. */
int stage_sync_parent(const char *path);
/* rename below one directory and fsync of it; -1 with errno. */
int stage_rename(int from_fd, const char *from, int to_fd, const char *to);
/*
 * Two files or directories of one file system take each other's name, with
 * nothing in between that could be seen, and fsync of both places. -1 with
 * errno: EINVAL where the file system has no such thing; when it was the fsync
 * that failed, the names are exchanged already.
 */
int stage_exchange(int a_fd, const char *a, int b_fd, const char *b);
/*
 * Removes the temporary files that killed programs left in a directory, of
 * which the caller knows that nobody else writes there. -1 with errno.
 */
int stage_tidy(int dir_fd);
/* Writes all of it; -1 with errno. Usable on any descriptor. */
int stage_write_all(int fd, const void *bytes, size_t n);

#endif
