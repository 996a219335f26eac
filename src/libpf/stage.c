/* Staged files: the only place where a rename is allowed. */
#undef renameat
#undef renameat2
#include "stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"

int
stage_open(struct stage *s, int dir_fd, const char *name)
{
	static unsigned count;

	s->dir_fd = dir_fd;
	s->name = mem_dup(name);
	s->temporary =
	    mem_printf(".%s.%ld.%u.tmp", name, (long)getpid(), count++);
	s->fd = openat(dir_fd, s->temporary,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (s->fd < 0) {
		int saved = errno;

		free(s->name);
		free(s->temporary);
		errno = saved;
		return -1;
	}
	return 0;
}

int
stage_open_unnamed(struct stage *s, int dir_fd, const char *name)
{
	s->fd = openat(dir_fd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
	if (s->fd < 0)
		return errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL
		    ? stage_open(s, dir_fd, name)
		    : -1;
	s->dir_fd = dir_fd;
	s->name = mem_dup(name);
	s->temporary = NULL;
	return 0;
}

static void
stage_release(struct stage *s)
{
	free(s->name);
	free(s->temporary);
	s->fd = -1;
}

void
stage_abort(struct stage *s)
{
	int saved = errno;

	if (s->fd >= 0)
		close(s->fd);
	if (s->temporary != NULL)
		unlinkat(s->dir_fd, s->temporary, 0);
	stage_release(s);
	errno = saved;
}

int
stage_commit(struct stage *s)
{
	int fd = s->fd;

	/* A failed fsync is never tried again: the kernel has dropped the
	 * dirty pages and the next call would claim success. */
	if (fsync(fd) < 0)
		goto failed;
	s->fd = -1;
	if (close(fd) < 0)
		goto failed;
	if (stage_rename(s->dir_fd, s->temporary, s->dir_fd, s->name) < 0)
		goto failed;
	stage_release(s);
	return 0;
failed:
	stage_abort(s);
	return -1;
}

static int
sync_dir(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int status, saved;

	if (fd < 0)
		return -1;
	status = fsync(fd);
	saved = errno;
	close(fd);
	errno = saved;
	return status;
}

/* A file without a name gets it; what has the name already stays. */
static int
link_open_file(const struct stage *s)
{
	char path[32];

	snprintf(path, sizeof path, "/proc/self/fd/%d", s->fd);
	if (linkat(AT_FDCWD, path, s->dir_fd, s->name, AT_SYMLINK_FOLLOW) < 0 &&
	    errno != EEXIST)
		return -1;
	return 0;
}

/* 0, or -1 with errno; released either way. */
static int
give_name(struct stage *s)
{
	int fd = s->fd;

	if (fsync(fd) < 0 || (s->temporary == NULL && link_open_file(s) < 0))
		goto failed;
	s->fd = -1;
	if (close(fd) < 0 ||
	    (s->temporary != NULL &&
		renameat(s->dir_fd, s->temporary, s->dir_fd, s->name) < 0))
		goto failed;
	stage_release(s);
	return 0;
failed:
	stage_abort(s);
	return -1;
}

int
stage_commit_all(struct stage *s, size_t count)
{
	int dir_fd = count > 0 ? s[0].dir_fd : -1, failure = 0;
	size_t i;

	/* All are on their way to the disk before the first is waited for, so
	 * that one commit of the file system's journal takes most of them. */
	for (i = 0; i < count; i++)
		(void)sync_file_range(s[i].fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	for (i = 0; i < count; i++)
		if (give_name(&s[i]) < 0)
			failure = errno;
	if (count > 0 && sync_dir(dir_fd) < 0)
		failure = errno;
	errno = failure;
	return failure == 0 ? 0 : -1;
}

int
stage_sync_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *parent = slash == NULL ? mem_dup(".")
	    : slash == path          ? mem_dup("/")
				     : mem_dup_n(path, (size_t)(slash - path));
	int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC), status;

	free(parent);
	if (fd < 0)
		return -1;
	status = fsync(fd);
	close(fd);
	return status;
}

int
stage_rename(int from_fd, const char *from, int to_fd, const char *to)
{
	if (renameat(from_fd, from, to_fd, to) < 0)
		return -1;
	if (sync_dir(to_fd) < 0)
		return -1;
	return from_fd == to_fd ? 0 : sync_dir(from_fd);
}

int
stage_exchange(int a_fd, const char *a, int b_fd, const char *b)
{
	if (renameat2(a_fd, a, b_fd, b, RENAME_EXCHANGE) < 0)
		return -1;
	if (sync_dir(a_fd) < 0)
		return -1;
	return a_fd == b_fd ? 0 : sync_dir(b_fd);
}

int
stage_write_all(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n > 0) {
		ssize_t put = write(fd, at, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		at += put;
		n -= (size_t)put;
	}
	return 0;
}

int
stage_write(int dir_fd, const char *name, const void *bytes, size_t n)
{
	struct stage s;

	if (stage_open(&s, dir_fd, name) < 0)
		return -1;
	if (stage_write_all(s.fd, bytes, n) < 0) {
		stage_abort(&s);
		return -1;
	}
	return stage_commit(&s);
}

int
stage_may_replace(int dir_fd, const char *name)
{
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
		return 0;
	errno = S_ISLNK(st.st_mode) ? ELOOP : EEXIST;
	return -1;
}

int
stage_write_path(const char *path, const void *bytes, size_t n)
{
	const char *slash = strrchr(path, '/'),
		   *name = slash == NULL ? path : slash + 1;
	char *dir = slash == NULL ? mem_dup(".")
				  : mem_dup_n(path, (size_t)(slash - path) + 1);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int status = -1, saved;

	free(dir);
	if (fd < 0)
		return -1;
	if (stage_may_replace(fd, name) == 0)
		status = stage_write(fd, name, bytes, n);
	saved = errno;
	close(fd);
	errno = saved;
	return status;
}

/* ".NAME.PID.COUNT.tmp", seen from its end. */
static bool
is_temporary(const char *name)
{
	size_t n = strlen(name);
	int numbers;

	if (name[0] != '.' || n < 4 || strcmp(name + n - 4, ".tmp") != 0)
		return false;
	n -= 4;
	for (numbers = 0; numbers < 2; numbers++) {
		size_t end = n;

		while (n > 0 && name[n - 1] >= '0' && name[n - 1] <= '9')
			n--;
		if (n == end || n < 2 || name[--n] != '.')
			return false;
	}
	return n > 1;
}

int
stage_tidy(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int error = 0;

	if (dir == NULL) {
		error = errno;
		if (fd >= 0)
			close(fd);
		errno = error;
		return -1;
	}
	while ((entry = readdir(dir)) != NULL)
		if (is_temporary(entry->d_name) &&
		    unlinkat(fd, entry->d_name, 0) < 0 && errno != ENOENT)
			error = errno;
	closedir(dir);
	errno = error;
	return error == 0 ? 0 : -1;
}
