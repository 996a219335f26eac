/* The descendant set from /proc, killed until it is empty. */
#include "sweep.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "clock.h"
#include "mem.h"

#define GIVE_UP_MS 20000

struct process {
	pid_t pid, parent;
	bool zombie, ours;
};

struct table {
	struct process *row;
	size_t count, cap;
};

/* "PID (comm) S PPID …": comm may hold anything, so the last ')' counts. */
static bool
read_process(int proc_fd, const char *name, struct process *p)
{
	char path[32], text[512];
	const char *after;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "%.20s/stat", name);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	after = strrchr(text, ')');
	if (after == NULL || strlen(after) < 5)
		return false;
	p->pid = (pid_t)strtol(name, NULL, 10);
	p->zombie = after[2] == 'Z';
	p->parent = (pid_t)strtol(after + 4, NULL, 10);
	p->ours = false;
	return true;
}

static void
read_table(struct table *t)
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
		if (read_process(dirfd(proc), entry->d_name, &t->row[t->count]))
			t->count++;
	}
	closedir(proc);
}

static bool
contains(const pid_t *list, unsigned count, pid_t pid)
{
	while (count-- > 0)
		if (list[count] == pid)
			return true;
	return false;
}

static bool
is_ours(const struct table *t, pid_t parent, pid_t self)
{
	size_t i;

	if (parent == self)
		return true;
	for (i = 0; i < t->count; i++)
		if (t->row[i].pid == parent)
			return t->row[i].ours;
	return false;
}

/* Marks the closure of "child of one of ours". */
static void
mark(struct table *t, const pid_t *skip, unsigned skip_count)
{
	pid_t self = getpid();
	bool again = true;
	size_t i;

	while (again) {
		again = false;
		for (i = 0; i < t->count; i++) {
			struct process *p = &t->row[i];

			if (p->ours || contains(skip, skip_count, p->pid) ||
			    !is_ours(t, p->parent, self))
				continue;
			p->ours = again = true;
		}
	}
}

/* Those that were killed already, so that each is counted once. */
struct killed {
	pid_t *pid;
	unsigned count, cap;
};

static void
kill_once(struct killed *killed, pid_t pid)
{
	if (kill(pid, SIGKILL) < 0 || contains(killed->pid, killed->count, pid))
		return;
	MEM_GROW(killed->pid, killed->count, killed->cap);
	killed->pid[killed->count++] = pid;
}

/* Kills and reaps one round; the number of living ones it found. */
static unsigned
round_of_kills(struct table *t, const pid_t *skip, unsigned skip_count,
    struct killed *killed)
{
	unsigned living = 0;
	size_t i;

	read_table(t);
	mark(t, skip, skip_count);
	for (i = 0; i < t->count; i++)
		if (t->row[i].ours && !t->row[i].zombie) {
			living++;
			kill_once(killed, t->row[i].pid);
		}
	for (i = 0; i < t->count; i++) {
		if (!t->row[i].ours ||
		    waitpid(t->row[i].pid, NULL, WNOHANG) != 0 ||
		    !t->row[i].zombie)
			continue;
		/* A zombie that cannot be reaped has other threads. */
		living++;
		kill_once(killed, t->row[i].pid);
	}
	return living;
}

/* Without anyone to spare, having no child at all needs no look at /proc. */
static bool
childless(unsigned skip_count)
{
	if (skip_count > 0)
		return false;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

void
sweep_descendants(
    const pid_t *skip, unsigned skip_count, unsigned *swept, unsigned *left)
{
	int64_t deadline = clock_monotonic() + GIVE_UP_MS;
	struct timespec pause = {.tv_nsec = 500000};
	struct killed killed = {0};
	struct table t = {0};

	*left = 0;
	while (!childless(skip_count)) {
		*left = round_of_kills(&t, skip, skip_count, &killed);
		if (*left == 0 && skip_count > 0)
			break;
		if (clock_monotonic() > deadline) {
			/* Without /proc it is there, but not to be seen. */
			*left = *left > 0 ? *left : 1;
			goto out;
		}
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 50000000)
			pause.tv_nsec *= 2;
	}
	*left = 0;
out:
	*swept = killed.count;
	free(killed.pid);
	free(t.row);
}
