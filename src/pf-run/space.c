/* Free space and the size of a job's directory. */
#include "space.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "below.h"
#include "msg.h"

#define LOOK_MS 5000
#define LOOK_SOON_MS 1000
#define COUNT_MS (5 * 60000)
#define COUNT_SOON_MS 20000

enum space_lack
space_judge(enum space_lack before, uint64_t free_bytes, uint64_t min_free,
    uint64_t used_bytes, uint64_t used_max)
{
	if (before == SPACE_FREE_SHORT)
		min_free += min_free / 10;
	if (before == SPACE_JOB_LARGE)
		used_max -= used_max / 10;
	if (free_bytes < min_free)
		return SPACE_FREE_SHORT;
	return used_max > 0 && used_bytes > used_max ? SPACE_JOB_LARGE
						     : SPACE_ENOUGH;
}

/* What could not be counted may be more than the bound. */
static void
say_unseen(struct space *s, const char *what)
{
	if (!s->unseen)
		msg_warn("look how much room there is: %s", msg_quote(what));
	s->unseen = true;
}

/* Adds the files of one directory; those below it go to `todo`. */
static uint64_t
size_of_level(
    struct space *s, int job_fd, const char *path, struct strvec *todo)
{
	int fd = below_open(job_fd, path, O_RDONLY | O_DIRECTORY, false);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	uint64_t sum = 0;
	struct stat st;

	if (dir == NULL) {
		if (errno != ENOENT)
			say_unseen(s, path);
		return 0;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0 ||
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		/* A file of several names takes its blocks once. */
		sum += (uint64_t)st.st_blocks * 512 / st.st_nlink;
		if (S_ISDIR(st.st_mode))
			strvec_addf(todo, "%s/%s", path, entry->d_name);
	}
	closedir(dir);
	return sum;
}

static uint64_t
size_of_job(struct space *s, int job_fd)
{
	struct strvec todo = STRVEC_INIT;
	uint64_t sum = 0;
	size_t i;

	strvec_add(&todo, ".");
	for (i = 0; i < todo.count; i++)
		sum += size_of_level(s, job_fd, todo.item[i], &todo);
	strvec_release(&todo);
	return sum;
}

bool
space_look(struct space *s, const struct job *job, int64_t now_ms)
{
	enum space_lack before = s->lack;
	struct statvfs disk;

	if (now_ms < s->look_ms)
		return false;
	s->look_ms = now_ms + LOOK_MS;
	if (fstatvfs(job->fd, &disk) < 0) {
		say_unseen(s, job->directory);
		return false;
	}
	s->free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
	if (job->disk_max_bytes > 0 && now_ms >= s->count_ms) {
		s->used_bytes = size_of_job(s, job->fd);
		s->count_ms = now_ms +
		    (s->used_bytes > job->disk_max_bytes / 4 * 3 ? COUNT_SOON_MS
								 : COUNT_MS);
	}
	s->lack = space_judge(before, s->free_bytes, job->min_free_bytes,
	    s->used_bytes, job->disk_max_bytes);
	s->look_ms = now_ms +
	    (s->lack != SPACE_ENOUGH ||
			s->free_bytes <
			    job->min_free_bytes + (UINT64_C(1) << 30)
		    ? LOOK_SOON_MS
		    : LOOK_MS);
	return s->lack != before;
}
