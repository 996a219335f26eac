/* Reading /proc/PID/stat and /proc/PID/task/TID/children. */
#include "process.h"

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
enum {
	PPID,
	PGRP,
	SESSION,
	UTIME = 10,
	STIME,
	CUTIME,
	CSTIME,
	START = 18,
	RSS = 20,
	FIELDS
};

/* " 123"; some that are not needed may be negative, and count as 0. */
static const char *
take_number(const char *at, uint64_t *value)
{
	bool negative;

	while (*at == ' ')
		at++;
	negative = *at == '-';
	at += negative;
	if (*at < '0' || *at > '9')
		return NULL;
	for (*value = 0; *at >= '0' && *at <= '9'; at++)
		*value = *value * 10 + (uint64_t)(*at - '0');
	if (negative)
		*value = 0;
	return at;
}

/* Between the first '(' and the last ')': it may hold both, and newlines. */
static const char *
take_comm(const char *text, char comm[PROCESS_COMM])
{
	const char *from = strchr(text, '('), *to = strrchr(text, ')');
	size_t n;

	if (from == NULL || to == NULL || to < from)
		return NULL;
	n = (size_t)(to - from) - 1;
	if (n >= PROCESS_COMM)
		n = PROCESS_COMM - 1;
	memcpy(comm, from + 1, n);
	comm[n] = '\0';
	return to + 1;
}

/* "PID (comm) S PPID ..." */
bool
process_parse(const char *text, struct process *p)
{
	uint64_t field[FIELDS], pid;
	const char *at;
	int i;

	if (take_number(text, &pid) == NULL)
		return false;
	at = take_comm(text, p->comm);
	if (at == NULL || at[0] != ' ' || at[1] == '\0' || at[2] != ' ')
		return false;
	p->zombie = at[1] == 'Z' || at[1] == 'X';
	at += 2;
	for (i = 0; i < FIELDS; i++) {
		at = take_number(at, &field[i]);
		if (at == NULL)
			return false;
	}
	p->pid = (pid_t)pid;
	p->parent = (pid_t)field[PPID];
	p->group = (pid_t)field[PGRP];
	p->session = (pid_t)field[SESSION];
	p->cpu = field[UTIME] + field[STIME];
	p->waited_cpu = field[CUTIME] + field[CSTIME];
	p->start = field[START];
	p->rss_pages = field[RSS];
	return true;
}

/* The beginning of a file below `dir_fd`. */
static bool
read_file(int dir_fd, const char *path, char *text, size_t size)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC), saved;
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, size - 1);
	saved = errno;
	close(fd);
	errno = saved;
	if (n <= 0)
		return false;
	text[n] = '\0';
	return true;
}

bool
process_file(pid_t pid, const char *name, char *text, size_t size)
{
	char path[40];

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	return read_file(AT_FDCWD, path, text, size);
}

bool
process_read(pid_t pid, struct process *p)
{
	char text[1024];

	p->marked = false;
	return process_file(pid, "stat", text, sizeof text) &&
	    process_parse(text, p) && p->pid == pid;
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

/* Adds the process of the directory `name`, "123". */
static void
add_process(struct process_table *t, int proc, const char *name)
{
	char path[32], text[1024];
	size_t n = strlen(name);

	if (name[0] < '0' || name[0] > '9' || n > sizeof path - sizeof "/stat")
		return;
	memcpy(path, name, n);
	memcpy(path + n, "/stat", sizeof "/stat");
	MEM_GROW(t->row, t->count, t->cap);
	t->row[t->count].marked = false;
	errno = 0;
	if (read_file(proc, path, text, sizeof text) &&
	    process_parse(text, &t->row[t->count]))
		t->count++;
	else if (errno == EACCES || errno == EPERM)
		t->refused++;
}

/* Large pieces of the directory: it may have a thousand entries and more. */
static int
add_processes(struct process_table *t, int proc)
{
	_Alignas(struct dirent64) char entries[32768];
	const struct dirent64 *entry;
	ssize_t n, at;

	while ((n = getdents64(proc, entries, sizeof entries)) > 0)
		for (at = 0; at < n; at += entry->d_reclen) {
			entry =
			    (const struct dirent64 *)(const void *)(entries +
				at);
			add_process(t, proc, entry->d_name);
		}
	return n < 0 ? -1 : 0;
}

/* The kernel lists them in this order; nothing says that it must. */
static bool
is_sorted(const struct process_table *t)
{
	size_t i;

	for (i = 1; i < t->count; i++)
		if (t->row[i - 1].pid >= t->row[i].pid)
			return false;
	return true;
}

int
process_table_read(struct process_table *t)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int status, saved;

	t->count = t->refused = 0;
	if (proc < 0)
		return -1;
	status = add_processes(t, proc);
	saved = errno;
	close(proc);
	errno = saved;
	if (status == 0 && t->count == 0) {
		errno = ENOENT;
		status = -1;
	}
	if (status < 0)
		t->count = 0;
	else if (!is_sorted(t))
		qsort(t->row, t->count, sizeof *t->row, by_pid);
	return status;
}

struct process *
process_table_find(const struct process_table *t, pid_t pid)
{
	const struct process key = {.pid = pid};

	return t->count == 0
	    ? NULL
	    : bsearch(&key, t->row, t->count, sizeof key, by_pid);
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
	const struct process *found = process_table_find(t, pid);

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
