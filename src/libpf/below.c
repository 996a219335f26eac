/* Paths that stay below. */
#include "below.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

int
below_open(int root, const char *path, int flags, bool cross_mounts)
{
	struct open_how how = {.flags = (unsigned)(flags | O_CLOEXEC),
	    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
		(cross_mounts ? 0U : RESOLVE_NO_XDEV)};

	return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}
