#include "listing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "entries.h"
#include "mem.h"

const char *
listing_name(const struct listing *l, size_t index)
{
	return l->text.data + l->at[index] + 1;
}

unsigned char
listing_type(const struct listing *l, size_t index)
{
	return (unsigned char)l->text.data[l->at[index]];
}

static int
by_name(const void *a, const void *b, void *text)
{
	const char *names = (const char *)text + 1;

	return strcmp(names + *(const size_t *)a, names + *(const size_t *)b);
}

/* Some file systems do not tell in the directory. */
static unsigned char
type_of(int dir_fd, const struct dirent64 *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN ||
	    fstatat(dir_fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return e->d_type;
	return IFTODT(st.st_mode);
}

int
listing_read(struct listing *l, int dir_fd)
{
	struct entries entries;
	const struct dirent64 *e;
	size_t cap = 0;
	int error;

	*l = (struct listing)LISTING_INIT;
	entries_begin(&entries, dir_fd);
	while ((e = entries_next(&entries)) != NULL) {
		MEM_GROW(l->at, l->count, cap);
		l->at[l->count++] = l->text.len;
		buf_add_char(&l->text, (char)type_of(dir_fd, e));
		buf_add(&l->text, e->d_name, strlen(e->d_name) + 1);
	}
	error = errno;
	if (l->count > 0)
		qsort_r(l->at, l->count, sizeof *l->at, by_name, l->text.data);
	errno = error;
	return error == 0 ? 0 : -1;
}

bool
listing_find(
    const struct listing *l, const char *name, size_t len, size_t *index)
{
	size_t from = 0, to = l->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const char *other = listing_name(l, middle);
		int order = strncmp(name, other, len);

		if (order == 0 && other[len] != '\0')
			order = -1;
		if (order == 0) {
			*index = middle;
			return true;
		}
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return false;
}

void
listing_release(struct listing *l)
{
	free(l->at);
	buf_release(&l->text);
	*l = (struct listing)LISTING_INIT;
}
