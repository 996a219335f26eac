/* Reading /proc/PID/stat and /proc/PID/task/TID/children. */
#include "process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "buf.h"
#include "mem.h"

/* More descendants than this are not looked for by their parents. */
#define DESCENDANTS_MAX 65536
#define CHILDREN_BYTES_MAX (1 << 20)

/* The numbers of /proc/PID/stat from PPID, its 4th field, on (proc(5)). */
enum { PPID, PGRP, UTIME = 10, STIME, CUTIME, CSTIME, START = 18, FIELDS };

/* "PID (comm) S PPID …": comm may hold anything, so the last ')' counts. */
static bool
parse(const char *text, struct process *p)
{
	const char *at = strrchr(text, ')');
	unsigned long long field[FIELDS];
	char *end;
	int i;

	if (at == NULL || strlen(at) < 5)
		return false;
	p->zombie = at[2] == 'Z';
	at += 3;
	for (i = 0; i < FIELDS; i++, at = end) {
		field[i] = strtoull(at, &end, 10);
		if (end == at)
			return false;
	}
	p->parent = (pid_t)field[PPID];
	p->group = (pid_t)field[PGRP];
	p->cpu = field[UTIME] + field[STIME];
	p->waited_cpu = field[CUTIME] + field[CSTIME];
	p->start = field[START];
	return true;
}

bool
process_file(pid_t pid, const char *name, char *text, size_t size)
{
	char path[40];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, size - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return true;
}

bool
process_read(pid_t pid, struct process *p)
{
	char text[1024];

	if (!process_file(pid, "stat", text, sizeof text))
		return false;
	p->pid = pid;
	p->marked = false;
	return parse(text, p);
}

bool
process_exists(pid_t pid)
{
	return kill(pid, 0) == 0 || errno != ESRCH;
}

static int
by_pid(const void *a, const void *b)
{
	pid_t x = ((const struct process *)a)->pid,
	      y = ((const struct process *)b)->pid;

	return (x > y) - (x < y);
}

void
process_table_read(struct process_table *t)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	t->count = 0;
	if (proc == NULL)
		return;
	while ((entry = readdir(proc)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		MEM_GROW(t->row, t->count, t->cap);
		if (process_read((pid_t)strtol(entry->d_name, NULL, 10),
			&t->row[t->count]))
			t->count++;
	}
	closedir(proc);
	if (t->count > 0)
		qsort(t->row, t->count, sizeof *t->row, by_pid);
}

static bool
contains(const pid_t *list, size_t count, pid_t pid)
{
	while (count-- > 0)
		if (list[count] == pid)
			return true;
	return false;
}

static bool
is_marked(const struct process_table *t, pid_t pid)
{
	const struct process key = {.pid = pid}, *found;

	if (t->count == 0)
		return false;
	found = bsearch(&key, t->row, t->count, sizeof key, by_pid);
	return found != NULL && found->marked;
}

void
process_table_mark(struct process_table *t, pid_t ancestor, const pid_t *skip,
    unsigned skip_count)
{
	bool again = true;
	size_t i;

	while (again) {
		again = false;
		for (i = 0; i < t->count; i++) {
			struct process *p = &t->row[i];

			if (p->marked || contains(skip, skip_count, p->pid) ||
			    (p->parent != ancestor && !is_marked(t, p->parent)))
				continue;
			p->marked = again = true;
		}
	}
}

void
process_table_release(struct process_table *t)
{
	free(t->row);
	*t = (struct process_table){0};
}

bool
process_list_has(const struct process_list *l, pid_t pid)
{
	return contains(l->pid, l->count, pid);
}

void
process_list_add(struct process_list *l, pid_t pid)
{
	MEM_GROW(l->pid, l->count, l->cap);
	l->pid[l->count++] = pid;
}

void
process_list_release(struct process_list *l)
{
	free(l->pid);
	*l = (struct process_list){0};
}

/* "12 34 ": what is listed already is not listed again. */
static void
add_children(struct process_list *l, const char *text)
{
	char *end;
	long pid;

	for (;; text = end) {
		pid = strtol(text, &end, 10);
		if (end == text || l->count == DESCENDANTS_MAX)
			return;
		if (!process_list_has(l, (pid_t)pid))
			process_list_add(l, (pid_t)pid);
	}
}

/* -1 when the kernel keeps no lists; a process that is gone has no children. */
static int
list_children(struct process_list *l, struct buf *text, pid_t pid)
{
	char path[64];
	struct dirent *entry;
	int status = 0;
	DIR *tasks;

	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	if (tasks == NULL)
		return 0;
	while ((entry = readdir(tasks)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%.20s/children", entry->d_name);
		buf_clear(text);
		if (buf_read_file(
			text, dirfd(tasks), path, CHILDREN_BYTES_MAX) == 0)
			add_children(l, text->data);
		else if (errno == ENOENT &&
		    faccessat(dirfd(tasks), entry->d_name, F_OK, 0) == 0)
			status = -1;
	}
	closedir(tasks);
	return status;
}

static void
list_by_table(struct process_list *l, pid_t ancestor)
{
	struct process_table t = {0};
	size_t i;

	process_table_read(&t);
	process_table_mark(&t, ancestor, NULL, 0);
	for (i = 0; i < t.count; i++)
		if (t.row[i].marked && !process_list_has(l, t.row[i].pid))
			process_list_add(l, t.row[i].pid);
	process_table_release(&t);
}

void
process_list_descendants(struct process_list *l, pid_t ancestor)
{
	struct buf text = BUF_INIT;
	size_t next = l->count;
	pid_t pid = ancestor;

	while (list_children(l, &text, pid) == 0) {
		if (next == l->count)
			goto out;
		pid = l->pid[next++];
	}
	list_by_table(l, ancestor);
out:
	buf_release(&text);
}
