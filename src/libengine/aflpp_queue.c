/*
 * What becomes of a minimized queue of afl-fuzz (2.68c to 4.3x). At a resume it
 * gives ids anew where there are gaps; 4.04c always does. Its peers note the
 * last id that they have seen in out/<peer>/.synced/<instance>, and look at
 * none below.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "aflpp.h"
#include "below.h"
#include "mem.h"

/*
 * "id:000003,time:0,execs:0,orig:NAME": a seed as it was given, unless NAME is
 * that of an older queue's file.
 */
static bool
is_seed(const char *name)
{
	const char *orig = strstr(name, ",orig:");

	return orig != NULL && strncmp(orig + 6, "id:", 3) != 0;
}

/* The names of the files; -1 with errno. */
static int
list(int dir_fd, struct strvec *names)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			strvec_add(names, entry->d_name);
	closedir(dir);
	return 0;
}

int
aflpp_minimized(int from_fd, int to_fd)
{
	struct strvec names = STRVEC_INIT;
	int status = list(from_fd, &names);
	size_t i;

	for (i = 0; i < names.count && status == 0; i++)
		if (is_seed(names.item[i]) &&
		    linkat(from_fd, names.item[i], to_fd, names.item[i], 0) <
			0 &&
		    errno != EEXIST)
			status = -1;
	strvec_release(&names);
	return status;
}

void
aflpp_corpus_replaced(const struct engine_job *job, int job_fd, unsigned index)
{
	char *name = aflpp_instance(job, index);
	int out = below_open(job_fd, "out", O_RDONLY | O_DIRECTORY, true);
	struct strvec peers = STRVEC_INIT;
	size_t i;

	if (out >= 0)
		list(out, &peers);
	for (i = 0; i < peers.count; i++) {
		char *path = mem_printf("%s/.synced", peers.item[i]);
		int fd = below_open(out, path, O_RDONLY | O_DIRECTORY, true);

		free(path);
		if (fd < 0)
			continue;
		unlinkat(fd, name, 0);
		close(fd);
	}
	if (out >= 0)
		close(out);
	strvec_release(&peers);
	free(name);
}
