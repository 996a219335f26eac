/* Walking below a directory. */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "below.h"
#include "clock.h"
#include "mem.h"
#include "msg.h"

static int
open_below(int root, const char *path)
{
	return below_open(root, path, O_RDONLY | O_DIRECTORY, false);
}

static void
fail(struct tree *t, const char *what, const char *dir, const char *name)
{
	char *path = strcmp(dir, ".") == 0
	    ? mem_printf("%s/%s", t->name, name)
	    : mem_printf("%s/%s/%s", t->name, dir, name);

	msg_warn("%s %s", what, msg_quote(path));
	free(path);
	t->failed++;
}

static void
add_dir(struct tree *t, const char *parent, const char *name)
{
	struct tree_dir *d;

	MEM_GROW(t->dirs, t->dir_count, t->dir_cap);
	d = &t->dirs[t->dir_count++];
	d->path = strcmp(parent, ".") == 0 ? mem_dup(name)
					   : mem_printf("%s/%s", parent, name);
}

/*
 * The later of the two times: a restored corpus has the modification times of
 * long ago, and they can be set to anything; the change time cannot.
 */
static int64_t
last_change(const struct stat *st)
{
	int64_t m = clock_from_timespec(st->st_mtim);
	int64_t c = clock_from_timespec(st->st_ctim);

	return m > c ? m : c;
}

static void
add_file(struct tree *t, size_t dir, const char *name, const struct stat *st)
{
	struct tree_file *f;

	MEM_GROW(t->files, t->file_count, t->file_cap);
	f = &t->files[t->file_count++];
	f->policy.time_ms = last_change(st);
	f->policy.bytes = (uint64_t)st->st_size;
	f->policy.serial = st->st_ino;
	f->policy.verdict = POLICY_KEEP;
	f->dir = dir;
	f->name = mem_dup(name);
}

static bool
is_kept_in_job(const char *name)
{
	static const char *const kept[] = {
	    "events.jsonl", "job.json", "lock", "state.json"};
	size_t i;

	for (i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (strcmp(name, kept[i]) == 0)
			return true;
	return false;
}

enum use { USE_NO_JOB, USE_IDLE, USE_BUSY };

/* Takes the lock of a job's directory, so that no run begins meanwhile. */
static enum use
take_lock(struct tree *t, int dir, const char *path)
{
	struct stat st;
	int fd = openat(dir, "lock",
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return USE_NO_JOB;
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    flock(fd, LOCK_EX | LOCK_NB) < 0) {
		bool held = fd >= 0 && errno == EWOULDBLOCK;

		/* Who cannot look whether it is in use leaves it alone. */
		if (held)
			msg_info("in use: %s below %s", msg_quote(path),
			    msg_quote(t->name));
		else
			fail(t, "lock", path, "lock");
		if (fd >= 0)
			close(fd);
		return USE_BUSY;
	}
	MEM_GROW(t->locks, t->lock_count, t->lock_cap);
	t->locks[t->lock_count++] = fd;
	return USE_IDLE;
}

static void
list_entry(struct tree *t, size_t dir, int fd, const char *name, enum use use)
{
	const char *path = t->dirs[dir].path;
	struct stat st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			fail(t, "look at", path, name);
	} else if (S_ISDIR(st.st_mode))
		add_dir(t, path, name);
	else if (S_ISREG(st.st_mode) &&
	    (use == USE_NO_JOB || !is_kept_in_job(name)))
		add_file(t, dir, name, &st);
}

static void
read_dir(struct tree *t, size_t dir, DIR *d, enum use use)
{
	struct dirent *entry;

	for (errno = 0; (entry = readdir(d)) != NULL; errno = 0)
		list_entry(t, dir, dirfd(d), entry->d_name, use);
	if (errno != 0)
		fail(t, "read", t->dirs[dir].path, "");
}

static void
list_dir(struct tree *t, size_t dir)
{
	struct tree_dir *at = &t->dirs[dir];
	int fd = open_below(t->root, at->path);
	struct stat st;
	enum use use;
	DIR *d;

	if (fd < 0 && errno == EXDEV) {
		msg_info("a mount point: %s below %s", msg_quote(at->path),
		    msg_quote(t->name));
		return;
	}
	if (fd < 0 || fstat(fd, &st) < 0 || (d = fdopendir(fd)) == NULL) {
		if (errno != ENOENT)
			fail(t, "open", at->path, "");
		if (fd >= 0)
			close(fd);
		return;
	}
	at->dev = st.st_dev;
	at->ino = st.st_ino;
	use = take_lock(t, fd, at->path);
	t->busy += use == USE_BUSY;
	if (use != USE_BUSY)
		read_dir(t, dir, d, use);
	closedir(d);
}

void
tree_list(struct tree *t, int root, const char *name)
{
	size_t i;

	*t = (struct tree){.root = root, .name = name};
	MEM_GROW(t->dirs, t->dir_count, t->dir_cap);
	t->dirs[t->dir_count++].path = mem_dup(".");
	for (i = 0; i < t->dir_count; i++)
		list_dir(t, i);
}

void
tree_release(struct tree *t)
{
	size_t i;

	for (i = 0; i < t->dir_count; i++)
		free(t->dirs[i].path);
	for (i = 0; i < t->file_count; i++)
		free(t->files[i].name);
	for (i = 0; i < t->lock_count; i++)
		close(t->locks[i]);
	free(t->dirs);
	free(t->files);
	free(t->locks);
}

struct policy_file **
tree_policy(struct tree *t)
{
	struct policy_file **list = mem_calloc(t->file_count + 1, sizeof *list);
	size_t i;

	for (i = 0; i < t->file_count; i++)
		list[i] = &t->files[i].policy;
	return list;
}

/* Whether the name still stands for the file that was judged. */
static bool
is_unchanged(int dir, const struct tree_file *f)
{
	struct stat st;

	if (fstatat(dir, f->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	errno = ESTALE;
	return S_ISREG(st.st_mode) && st.st_ino == f->policy.serial &&
	    (uint64_t)st.st_size == f->policy.bytes &&
	    last_change(&st) == f->policy.time_ms;
}

int
tree_remove(struct tree *t, const struct policy_file *file)
{
	const struct tree_file *f = (const struct tree_file *)file;
	const struct tree_dir *d = &t->dirs[f->dir];
	int fd = open_below(t->root, d->path), status = -1;
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0) {
		errno = ESTALE;
		if (st.st_ino == d->ino && st.st_dev == d->dev &&
		    is_unchanged(fd, f))
			status = unlinkat(fd, f->name, 0);
	}
	if (status < 0)
		fail(t, "remove", d->path, f->name);
	if (fd >= 0)
		close(fd);
	return status;
}
