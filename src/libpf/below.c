/* Paths that stay below. */
#include "below.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mem.h"

static bool
is_outside(const char *part)
{
	return part[0] == '\0' || strcmp(part, "..") == 0;
}

static bool
crosses(int from, int to)
{
	struct stat a, b;

	return fstat(from, &a) < 0 || fstat(to, &b) < 0 || a.st_dev != b.st_dev;
}

/* One part after the other; a bind mount of the same device is not noticed. */
static int
open_by_parts(int root, char *path, int flags, bool cross_mounts)
{
	int at = fcntl(root, F_DUPFD_CLOEXEC, 0), next, saved;
	char *slash;

	for (; at >= 0; path = slash + 1) {
		slash = strchr(path, '/');
		if (slash != NULL)
			*slash = '\0';
		if (is_outside(path)) {
			close(at);
			errno = EXDEV;
			return -1;
		}
		next = openat(at, path,
		    (slash != NULL ? O_PATH | O_DIRECTORY : flags) |
			O_NOFOLLOW | O_CLOEXEC,
		    0666);
		if (next >= 0 && !cross_mounts && crosses(at, next)) {
			close(next);
			next = -1;
			errno = EXDEV;
		}
		saved = errno;
		close(at);
		errno = saved;
		at = next;
		if (slash == NULL)
			break;
	}
	return at;
}

int
below_open(int root, const char *path, int flags, bool cross_mounts)
{
	struct open_how how = {.flags = (unsigned)(flags | O_CLOEXEC),
	    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
		(cross_mounts ? 0U : RESOLVE_NO_XDEV)};
	int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
	char *copy;

	/* Linux before 5.6, or forbidden, as some containers do. */
	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return fd;
	copy = mem_dup(path);
	fd = open_by_parts(root, copy, flags, cross_mounts);
	free(copy);
	return fd;
}
