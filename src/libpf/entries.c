/* Directory entries in bulk. */
#include "entries.h"

#include <errno.h>
#include <stdbool.h>

void
entries_begin(struct entries *e, int dir_fd)
{
	e->fd = dir_fd;
	e->have = e->next = 0;
}

static bool
is_dots(const char *name)
{
	return name[0] == '.' &&
	    (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

const struct dirent64 *
entries_next(struct entries *e)
{
	const struct dirent64 *entry;

	for (;;) {
		if (e->next >= e->have) {
			errno = 0;
			e->have = getdents64(e->fd, e->bytes, sizeof e->bytes);
			e->next = 0;
			if (e->have <= 0)
				return NULL;
		}
		entry = (const void *)(e->bytes + e->next);
		e->next += entry->d_reclen;
		if (!is_dots(entry->d_name))
			return entry;
	}
}
