/* Log files that do not grow without end. */
#include "logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "mem.h"
#include "msg.h"
#include "stage.h"

static int
open_current(struct logfile *l)
{
	struct stat st;

	l->fd = openat(l->dir_fd, l->name,
	    O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (l->fd < 0 || fstat(l->fd, &st) < 0)
		return -1;
	l->size = (uint64_t)st.st_size;
	return 0;
}

int
logfile_open(struct logfile *l, int dir_fd, const char *name, uint64_t max)
{
	*l = (struct logfile){.dir_fd = dir_fd,
	    .fd = -1,
	    .name = mem_printf("%s.log", name),
	    .max = max};
	return open_current(l);
}

static void
rotate(struct logfile *l)
{
	char *before = mem_printf("%s.1", l->name);

	if (stage_rename(l->dir_fd, l->name, l->dir_fd, before) == 0) {
		close(l->fd);
		if (open_current(l) < 0 && !l->failed) {
			msg_warn("open log %s", msg_quote(l->name));
			l->failed = true;
		}
	}
	free(before);
}

bool
logfile_is_full(const struct logfile *l, size_t n)
{
	return l->size + n > l->max && l->size > 0;
}

void
logfile_add(struct logfile *l, const char *bytes, size_t n)
{
	if (logfile_is_full(l, n))
		rotate(l);
	if (stage_write_all(l->fd, bytes, n) == 0) {
		l->size += n;
		l->failed = false;
	} else if (!l->failed) {
		msg_warn("write log %s", msg_quote(l->name));
		l->failed = true;
	}
}

void
logfile_close(struct logfile *l)
{
	if (l->fd >= 0)
		close(l->fd);
	free(l->name);
	l->fd = -1;
}
