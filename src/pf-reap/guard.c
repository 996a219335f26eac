/* Refusing what would be a disaster. */
#include "guard.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether `dir` is `path` or above it. */
static bool
holds(const struct stat *dir, const char *path)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), up;
	struct stat here, last;
	bool found = false;

	if (fd < 0 || fstat(fd, &here) < 0)
		return false;
	for (;;) {
		found = is_same(dir, &here);
		last = here;
		up = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = up;
		if (found || fd < 0 || fstat(fd, &here) < 0 ||
		    is_same(&here, &last))
			break;
	}
	if (fd >= 0)
		close(fd);
	return found;
}

const char *
guard_refuses(int dir)
{
	const char *home = getenv("HOME");
	const struct passwd *account = getpwuid(getuid());
	struct stat st;

	if (fstat(dir, &st) < 0)
		return "it cannot be looked at";
	if (holds(&st, "/"))
		return "it is the root directory";
	if ((home != NULL && *home != '\0' && holds(&st, home)) ||
	    (account != NULL && holds(&st, account->pw_dir)))
		return "a home directory is there or below";
	return NULL;
}
