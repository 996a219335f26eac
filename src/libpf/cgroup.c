/* cgroup v2 as a bag of processes (kernel: admin-guide/cgroup-v2.rst). */
#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "buf.h"
#include "clock.h"
#include "mem.h"
#include "process.h"

#define GIVE_UP_MS 20000
#define BUSY_MS 2000
#define TEXT_MAX (4 << 20)
#define NESTED_MAX 10000

static int
read_text(struct buf *text, int dir_fd, const char *path)
{
	buf_clear(text);
	return buf_read_file(text, dir_fd, path, TEXT_MAX) == 0 ? 0 : -1;
}

static int
write_text(int dir_fd, const char *path, const char *text)
{
	int fd = openat(dir_fd, path, O_WRONLY | O_CLOEXEC), saved;
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	saved = errno;
	close(fd);
	errno = saved;
	return n < 0 ? -1 : 0;
}

/* Our own cgroup's directory, or -1. */
static int
open_own(void)
{
	struct buf mounts = BUF_INIT, groups = BUF_INIT;
	char *path = NULL;
	int fd = -1;

	if (read_text(&mounts, AT_FDCWD, "/proc/self/mountinfo") == 0 &&
	    read_text(&groups, AT_FDCWD, "/proc/self/cgroup") == 0)
		path = cgroup_path(mounts.data, groups.data);
	if (path != NULL)
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(path);
	buf_release(&mounts);
	buf_release(&groups);
	return fd;
}

/* The first three numbers of the name: who we are. */
struct owner {
	unsigned long long namespace, start;
	int pid;
};

static bool
owner_self(struct owner *o)
{
	struct process self;
	struct stat ns;

	if (!process_read(getpid(), &self) ||
	    stat("/proc/self/ns/pid", &ns) < 0)
		return false;
	o->namespace = (unsigned long long)ns.st_ino;
	o->start = self.start;
	o->pid = (int)getpid();
	return true;
}

/* Only names exactly as cgroup_create makes them. */
static bool
owner_parse(struct owner *o, char again[CGROUP_NAME_MAX], const char *name)
{
	unsigned count;

	if (sscanf(name, "pf-%llu-%d-%llu-%u", &o->namespace, &o->pid,
		&o->start, &count) != 4)
		return false;
	snprintf(again, CGROUP_NAME_MAX, "pf-%llu-%d-%llu-%u", o->namespace,
	    o->pid, o->start, count);
	return strcmp(name, again) == 0;
}

/* What cannot be seen for want of permission is taken for alive. */
static bool
owner_gone(const struct owner *o)
{
	struct process p;

	if (!process_exists(o->pid))
		return true;
	return process_read(o->pid, &p) && p.start != o->start;
}

int
cgroup_create(struct cgroup *g)
{
	static unsigned count;
	struct owner self;
	int parent;

	g->fd = -1;
	if (!owner_self(&self) || (parent = open_own()) < 0)
		return -1;
	do
		snprintf(g->name, sizeof g->name, "pf-%llu-%d-%llu-%u",
		    self.namespace, self.pid, self.start, count++);
	while (mkdirat(parent, g->name, 0755) < 0 && errno == EEXIST);
	g->fd = openat(
	    parent, g->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	close(parent);
	if (g->fd < 0)
		return -1;
	if (faccessat(g->fd, "cgroup.kill", W_OK, 0) == 0)
		return 0;
	cgroup_remove(g);
	cgroup_close(g);
	return -1;
}

int
cgroup_enter(const struct cgroup *g)
{
	return write_text(g->fd, "cgroup.procs", "0");
}

bool
cgroup_list(const struct cgroup *g, struct process_list *l)
{
	struct buf text = BUF_INIT;
	bool known = read_text(&text, g->fd, "cgroup.procs") == 0;
	char *at = text.data, *end;
	long pid;

	/* 0 stands for one of another pid namespace than ours. */
	for (; (pid = strtol(at, &end, 10)), end != at; at = end)
		if (pid > 0)
			process_list_add(l, (pid_t)pid);
	buf_release(&text);
	return known;
}

bool
cgroup_cpu(const struct cgroup *g, int64_t *ms)
{
	struct buf text = BUF_INIT;
	unsigned long long usec;
	bool known = read_text(&text, g->fd, "cpu.stat") == 0 &&
	    sscanf(text.data, "usage_usec %llu", &usec) == 1;

	if (known)
		*ms = (int64_t)(usec / 1000);
	buf_release(&text);
	return known;
}

static bool
is_populated(const struct cgroup *g)
{
	struct buf text = BUF_INIT;
	bool populated;

	/* Only an empty one can have been removed. */
	if (read_text(&text, g->fd, "cgroup.events") < 0)
		populated = errno != ENODEV && errno != ENOENT;
	else
		populated = strstr(text.data, "populated 0") == NULL;
	buf_release(&text);
	return populated;
}

/* The kernel tells of it, but up to 10 ms late. */
static void
pause_longer(struct timespec *pause)
{
	nanosleep(pause, NULL);
	if (pause->tv_nsec < 20000000)
		pause->tv_nsec *= 2;
}

/*
 * cgroup.kill signals the first thread of each process, and has no effect on
 * one whose first thread has ended (Linux 6.18): kill(2) has.
 */
static void
kill_listed(const struct cgroup *g)
{
	struct process_list l = {0};
	size_t i;

	cgroup_list(g, &l);
	for (i = 0; i < l.count; i++)
		kill(l.pid[i], SIGKILL);
	process_list_release(&l);
}

unsigned
cgroup_kill(const struct cgroup *g)
{
	int64_t deadline = clock_monotonic() + GIVE_UP_MS;
	struct timespec pause = {.tv_nsec = 100000};
	struct process_list l = {0};
	unsigned count;

	if (g->fd < 0 || !is_populated(g))
		return 0;
	cgroup_list(g, &l);
	count = (unsigned)l.count;
	process_list_release(&l);
	if (write_text(g->fd, "cgroup.kill", "1") < 0)
		return 0;
	while (is_populated(g) && clock_monotonic() < deadline) {
		pause_longer(&pause);
		kill_listed(g);
	}
	return count;
}

/* The name of the first cgroup below. */
static bool
first_below(int fd, char *name, size_t size)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	bool found = false;

	if (dir == NULL) {
		close(fd);
		return false;
	}
	while (!found && (entry = readdir(dir)) != NULL)
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
		    strlen(entry->d_name) < size) {
			snprintf(name, size, "%s", entry->d_name);
			found = true;
		}
	closedir(dir);
	return found;
}

static int
open_dir(int at, const char *name)
{
	return openat(
	    at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Removes one that has none below it; false when there is none. */
static bool
remove_deepest(int top)
{
	int fd = open_dir(top, "."), parent = -1;
	char name[256], last[256] = "";
	bool removed;

	while (fd >= 0 &&
	    first_below(fcntl(fd, F_DUPFD_CLOEXEC, 0), name, sizeof name)) {
		if (parent >= 0)
			close(parent);
		parent = fd;
		fd = open_dir(parent, name);
		snprintf(last, sizeof last, "%s", name);
	}
	removed = parent >= 0 && unlinkat(parent, last, AT_REMOVEDIR) == 0;
	if (fd >= 0)
		close(fd);
	if (parent >= 0)
		close(parent);
	return removed;
}

/* What has just died may keep it busy for a moment. */
void
cgroup_remove(const struct cgroup *g)
{
	int64_t deadline = clock_monotonic() + BUSY_MS;
	struct timespec pause = {.tv_nsec = 100000};
	int parent = open_dir(g->fd, ".."), nested;

	if (parent < 0)
		return;
	while (unlinkat(parent, g->name, AT_REMOVEDIR) < 0 && errno == EBUSY &&
	    clock_monotonic() < deadline) {
		for (nested = 0; nested < NESTED_MAX; nested++)
			if (!remove_deepest(g->fd))
				break;
		pause_longer(&pause);
	}
	close(parent);
}

void
cgroup_close(struct cgroup *g)
{
	if (g->fd >= 0)
		close(g->fd);
	g->fd = -1;
}

static unsigned
end_orphan(int own, const char *name, const struct owner *self)
{
	struct cgroup g = {.fd = -1};
	struct owner owner;
	unsigned count;

	if (!owner_parse(&owner, g.name, name) ||
	    owner.namespace != self->namespace || !owner_gone(&owner))
		return 0;
	g.fd = open_dir(own, g.name);
	if (g.fd < 0)
		return 0;
	count = cgroup_kill(&g);
	cgroup_remove(&g);
	cgroup_close(&g);
	return count;
}

unsigned
cgroup_end_orphans(void)
{
	struct dirent *entry;
	struct owner self;
	unsigned count = 0;
	int own = open_own();
	DIR *dir;

	if (own < 0)
		return 0;
	dir = fdopendir(own);
	if (dir == NULL) {
		close(own);
		return 0;
	}
	if (owner_self(&self))
		while ((entry = readdir(dir)) != NULL)
			count += end_orphan(own, entry->d_name, &self);
	closedir(dir);
	return count;
}
