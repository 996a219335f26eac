/* What a child's tree uses, from /proc and its cgroup. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>

#include "buf.h"
#include "process.h"

/* Where there is a cgroup, a process that left it is not counted. */
static bool
list_tree(const struct child *c, struct process_list *l)
{
	if (c->fd < 0)
		return false;
	if (c->cgroup.fd >= 0)
		return cgroup_list(&c->cgroup, l);
	process_list_descendants(l, c->keeper);
	return l->count > 0 || process_exists(c->keeper);
}

/* "SIZE RESIDENT …" in pages. */
static uint64_t
resident(pid_t pid)
{
	unsigned long long pages = 0;
	char text[128];

	if (!process_file(pid, "statm", text, sizeof text) ||
	    sscanf(text, "%*u %llu", &pages) != 1)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* The resident size where the other may not be read. */
static uint64_t
proportional(pid_t pid)
{
	struct buf text = BUF_INIT;
	unsigned long long kib;
	char path[40];
	const char *line;
	uint64_t bytes;

	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
	if (buf_read_file(&text, AT_FDCWD, path, 65536) == 0 &&
	    (line = strstr(text.data, "\nPss:")) != NULL &&
	    sscanf(line, " Pss: %llu kB", &kib) == 1)
		bytes = kib * 1024;
	else
		bytes = resident(pid);
	buf_release(&text);
	return bytes;
}

bool
child_memory(const struct child *c, bool exact, uint64_t *bytes)
{
	struct process_list l = {0};
	bool known = list_tree(c, &l);
	size_t i;

	*bytes = 0;
	for (i = 0; i < l.count; i++)
		if (l.pid[i] != c->init)
			*bytes +=
			    exact ? proportional(l.pid[i]) : resident(l.pid[i]);
	process_list_release(&l);
	return known;
}

/* A cgroup has counted for those that are gone, too. */
bool
child_cpu(const struct child *c, int64_t *ms)
{
	struct process_list l = {0};
	struct process p;
	uint64_t ticks = 0;
	bool known;
	size_t i;

	if (c->fd >= 0 && c->cgroup.fd >= 0 && cgroup_cpu(&c->cgroup, ms))
		return true;
	known = list_tree(c, &l);
	/* Of the keeper only what it has waited for. */
	if (known && process_read(c->keeper, &p))
		ticks = p.waited_cpu;
	for (i = 0; i < l.count; i++)
		if (process_read(l.pid[i], &p))
			ticks += p.cpu + p.waited_cpu;
	process_list_release(&l);
	*ms = (int64_t)(ticks * 1000 / (uint64_t)sysconf(_SC_CLK_TCK));
	return known;
}
