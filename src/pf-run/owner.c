/* chown -R that stays where it is. */
#include "owner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "below.h"
#include "strvec.h"

static int
give_entry(int dir_fd, const char *dir, const char *name, uid_t uid, gid_t gid,
    struct strvec *todo)
{
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	if (S_ISDIR(st.st_mode)) {
		strvec_addf(todo, "%s/%s", dir, name);
		return 0;
	}
	/* A second name of a file from elsewhere is not ours to give away. */
	if (st.st_uid == uid || (S_ISREG(st.st_mode) && st.st_nlink > 1))
		return 0;
	return fchownat(dir_fd, name, uid, gid, AT_SYMLINK_NOFOLLOW);
}

/* One directory and the files in it; directories in it go to `todo`. */
static int
give_level(
    int root, const char *path, uid_t uid, gid_t gid, struct strvec *todo)
{
	int fd = below_open(root, path, O_RDONLY | O_DIRECTORY, false);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;
	int status = 0, saved;

	if (dir == NULL)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_uid != uid) {
		while (status == 0 && (entry = readdir(dir)) != NULL)
			if (strcmp(entry->d_name, ".") != 0 &&
			    strcmp(entry->d_name, "..") != 0)
				status = give_entry(
				    fd, path, entry->d_name, uid, gid, todo);
		/* Last, as the mark that it is done. */
		if (status == 0)
			status = fchown(fd, uid, gid);
	}
	saved = errno;
	closedir(dir);
	errno = saved;
	return status;
}

int
owner_give(int root, const char *path, uid_t uid, gid_t gid)
{
	struct strvec todo = STRVEC_INIT;
	int status = 0, saved;
	size_t i;

	strvec_add(&todo, path);
	for (i = 0; status == 0 && i < todo.count; i++)
		status = give_level(root, todo.item[i], uid, gid, &todo);
	saved = errno;
	strvec_release(&todo);
	errno = saved;
	return status;
}
