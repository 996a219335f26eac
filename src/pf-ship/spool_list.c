/* What lies in new/, in little memory however much it is. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "mem.h"
#include "names.h"
#include "spool.h"

DIR *
spool_list(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (d == NULL && fd >= 0)
		close(fd);
	return d;
}

const char *
spool_next(DIR *d)
{
	struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(d);
	} while (entry != NULL &&
	    (strcmp(entry->d_name, ".") == 0 ||
		strcmp(entry->d_name, "..") == 0));
	return entry == NULL ? NULL : entry->d_name;
}

static void
swap(char **a, char **b)
{
	char *kept = *a;

	*a = *b;
	*b = kept;
}

/* The names are a heap with the largest at its root, until all are there. */
static void
sift_up(char **name, size_t at)
{
	while (at > 0 && strcmp(name[at], name[(at - 1) / 2]) > 0) {
		swap(&name[at], &name[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
}

static void
sift_down(char **name, size_t count)
{
	size_t at = 0, child;

	while ((child = 2 * at + 1) < count) {
		if (child + 1 < count &&
		    strcmp(name[child + 1], name[child]) > 0)
			child++;
		if (strcmp(name[at], name[child]) >= 0)
			break;
		swap(&name[at], &name[child]);
		at = child;
	}
}

static void
keep_smallest(struct spool_names *n, const char *name)
{
	if (n->count < SPOOL_WINDOW) {
		n->name[n->count] = mem_dup(name);
		sift_up(n->name, n->count++);
	} else if (strcmp(name, n->name[0]) < 0) {
		free(n->name[0]);
		n->name[0] = mem_dup(name);
		sift_down(n->name, n->count);
	}
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
spool_oldest(const struct spool *s, const char *after, const struct names *skip,
    struct spool_names *n)
{
	DIR *d = spool_list(s->new);
	const char *name;
	int error;

	*n = (struct spool_names){0};
	if (d == NULL)
		return -1;
	n->name = mem_calloc(SPOOL_WINDOW, sizeof *n->name);
	while ((name = spool_next(d)) != NULL) {
		if ((after != NULL && strcmp(name, after) <= 0) ||
		    (skip != NULL &&
			names_find(skip, name, strlen(name)) != NULL))
			continue;
		n->total++;
		keep_smallest(n, name);
	}
	error = errno;
	closedir(d);
	qsort(n->name, n->count, sizeof *n->name, by_name);
	if (error == 0)
		return 0;
	spool_names_release(n);
	errno = error;
	return -1;
}

void
spool_names_release(struct spool_names *n)
{
	size_t i;

	for (i = 0; i < n->count; i++)
		free(n->name[i]);
	free(n->name);
	*n = (struct spool_names){0};
}

bool
spool_has_own(const struct spool *s)
{
	DIR *d = spool_list(s->new);
	const char *name;
	bool found = false;

	if (d == NULL)
		return true;
	while (!found && (name = spool_next(d)) != NULL)
		found = strstr(name, s->run) != NULL;
	found = found || errno != 0;
	closedir(d);
	return found;
}

int
spool_measure(const struct spool *s, struct spool_size *size)
{
	DIR *d = spool_list(s->new);
	const char *name;
	struct stat st;
	int error;

	*size = (struct spool_size){0};
	if (d == NULL)
		return -1;
	while ((name = spool_next(d)) != NULL)
		if (fstatat(s->new, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
			size->files++;
			size->bytes += (uint64_t)st.st_size;
		}
	error = errno;
	closedir(d);
	errno = error;
	return error == 0 ? 0 : -1;
}
