/* Emptying directories whose contents a hostile program may have made. */
#include "leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "below.h"
#include "clock.h"

/* Deeper directories stay. */
#define DEPTH_MAX 64

struct level {
	DIR *dir;
	char name[256]; /* in the level above */
};

static bool
is_special(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Opens a directory below the level; false when it is none or cannot be. */
static bool
descend(struct level *to, int fd, const char *name)
{
	int inner = below_open(fd, name, O_RDONLY | O_DIRECTORY, false);

	to->dir = inner < 0 ? NULL : fdopendir(inner);
	if (to->dir == NULL) {
		if (inner >= 0)
			close(inner);
		return false;
	}
	snprintf(to->name, sizeof to->name, "%s", name);
	return true;
}

void
leftovers_remove(int fd, const char *path)
{
	struct level at[DEPTH_MAX];
	unsigned depth = 1;
	struct dirent *entry;

	if (!descend(&at[0], fd, path))
		return;
	while (depth > 0) {
		DIR *dir = at[depth - 1].dir;

		entry = readdir(dir);
		if (entry == NULL) {
			closedir(dir);
			if (--depth > 0)
				unlinkat(dirfd(at[depth - 1].dir),
				    at[depth].name, AT_REMOVEDIR);
		} else if (!is_special(entry->d_name) &&
		    unlinkat(dirfd(dir), entry->d_name, 0) < 0 &&
		    (errno == EISDIR || errno == EPERM) && depth < DEPTH_MAX &&
		    descend(&at[depth], dirfd(dir), entry->d_name)) {
			depth++;
		}
	}
}

void
leftovers_remove_old(
    int fd, const char *path, const char *prefix, long long age_ms)
{
	struct level at;
	struct dirent *entry;
	struct timespec now;
	struct stat st;

	/* Files have the machine's time, whatever PF_NOW says. */
	clock_gettime(CLOCK_REALTIME, &now);
	if (!descend(&at, fd, path))
		return;
	while ((entry = readdir(at.dir)) != NULL)
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 &&
		    fstatat(dirfd(at.dir), entry->d_name, &st,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) &&
		    clock_from_timespec(now) -
			    clock_from_timespec(st.st_mtim) >=
			age_ms)
			unlinkat(dirfd(at.dir), entry->d_name, 0);
	closedir(at.dir);
}
