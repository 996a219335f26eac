/* Processes of this machine, found by locks, by pid and by open files. */
#include "fuzzer_process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/vfs.h>
#include <time.h>

#include "buf.h"
#include "clock.h"
#include "libengine/stats.h"
#include "mem.h"

/* What a file's time in seconds and the clocks may differ by. */
#define SLACK_MS 2000
/* More processes below one are not looked for. */
#define TREE_MAX 4096

void
flocks_forget(struct flocks *f)
{
	free(f->row);
	*f = (struct flocks){0};
}

static int
by_inode(const void *a, const void *b)
{
	ino_t x = ((const struct lock_row *)a)->inode,
	      y = ((const struct lock_row *)b)->inode;

	return (x > y) - (x < y);
}

static void
read_flocks(struct flocks *f)
{
	struct buf text = BUF_INIT;
	const char *at;
	struct lock_row row;

	f->is_read = true;
	if (lock_read_all(&text) == 0) {
		at = text.data;
		while (lock_next_row(&at, &row)) {
			MEM_GROW(f->row, f->count, f->cap);
			f->row[f->count++] = row;
		}
	}
	if (f->count > 0)
		qsort(f->row, f->count, sizeof *f->row, by_inode);
	buf_release(&text);
}

/* The first row with that inode. */
static const struct lock_row *
find(struct flocks *f, ino_t inode)
{
	size_t low = 0, high, middle;

	if (!f->is_read)
		read_flocks(f);
	for (high = f->count; low < high;) {
		middle = low + (high - low) / 2;
		if (f->row[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low < f->count && f->row[low].inode == inode ? &f->row[low]
							    : NULL;
}

pid_t
flocks_holder(struct flocks *f, const struct stat *file)
{
	const struct lock_row *row = find(f, file->st_ino);

	for (; row != NULL && row < f->row + f->count &&
	     row->inode == file->st_ino;
	     row++)
		if (row->device == file->st_dev)
			return row->pid;
	return 0;
}

static bool
holds_any(struct flocks *f, pid_t pid)
{
	size_t i;

	if (!f->is_read)
		read_flocks(f);
	for (i = 0; i < f->count; i++)
		if (f->row[i].pid == pid)
			return true;
	return false;
}

/* By its file; another user's does not show that, but its name. */
static bool
is_afl_fuzz(const struct process *p)
{
	static const char name[] = "afl-fuzz";
	char path[32], exe[4096];
	const char *base;
	ssize_t n;

	snprintf(path, sizeof path, "/proc/%d/exe", (int)p->pid);
	n = readlink(path, exe, sizeof exe - 1);
	if (n <= 0)
		return strncmp(p->comm, name, sizeof name - 1) == 0;
	exe[n] = '\0';
	base = strrchr(exe, '/');
	return strncmp(base == NULL ? exe : base + 1, name, sizeof name - 1) ==
	    0;
}

int64_t
fuzzer_process_start(const struct process *p)
{
	static int64_t boot_ms, per_second;
	struct timespec real, boot;

	if (per_second == 0) {
		clock_gettime(CLOCK_REALTIME, &real);
		clock_gettime(CLOCK_BOOTTIME, &boot);
		boot_ms = clock_from_timespec(real) - clock_from_timespec(boot);
		per_second = sysconf(_SC_CLK_TCK);
	}
	return boot_ms + (int64_t)p->start * 1000 / per_second;
}

bool
fuzzer_process_aflpp(struct flocks *f, const struct stat *dir, int64_t pid,
    int64_t update_ms, struct process *found)
{
	pid_t holder = dir == NULL ? 0 : flocks_holder(f, dir);

	if (holder > 0)
		return process_read(holder, found) && is_afl_fuzz(found);
	if (pid <= 0 || pid > INT32_MAX || !process_read((pid_t)pid, found) ||
	    found->zombie || !is_afl_fuzz(found))
		return false;
	if (update_ms != STATS_UNKNOWN &&
	    fuzzer_process_start(found) > update_ms + SLACK_MS)
		return false;
	/* It writes to the original of which this is a copy. */
	return dir == NULL || !holds_any(f, (pid_t)pid);
}

/*
 * Appends the children of the process's first thread, which forks them all;
 * nothing where the kernel keeps no such list.
 */
static void
add_children(struct process_list *l, pid_t pid)
{
	char name[40], text[4096];
	const char *at = text;
	char *end;
	long child;

	snprintf(name, sizeof name, "task/%d/children", (int)pid);
	if (!process_file(pid, name, text, sizeof text))
		return;
	for (;; at = end) {
		child = strtol(at, &end, 10);
		if (end == at || l->count >= TREE_MAX)
			return;
		if (child > 0 && !process_list_has(l, (pid_t)child))
			process_list_add(l, (pid_t)child);
	}
}

int64_t
fuzzer_process_rss(const struct process *p)
{
	struct process_list l = {0};
	struct process below;
	uint64_t pages = p->rss_pages;
	size_t i;

	add_children(&l, p->pid);
	for (i = 0; i < l.count; i++) {
		if (!process_read(l.pid[i], &below))
			continue;
		pages += below.rss_pages;
		add_children(&l, l.pid[i]);
	}
	process_list_release(&l);
	return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

/*
 * A lease for reading is refused while the file is open for writing, and is
 * given back at once: who opens it in between waits for that long.
 */
int
fuzzer_process_writes(int fd)
{
	if (fuzzer_process_shared(fd))
		return -1;
	signal(SIGIO, SIG_IGN);
	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
		fcntl(fd, F_SETLEASE, F_UNLCK);
		return 0;
	}
	return errno == EAGAIN ? 1 : -1;
}

bool
fuzzer_process_shared(int fd)
{
	static const unsigned long shared[] = {NFS_SUPER_MAGIC, SMB_SUPER_MAGIC,
	    CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, CODA_SUPER_MAGIC,
	    AFS_SUPER_MAGIC, AFS_FS_MAGIC, V9FS_MAGIC, CEPH_SUPER_MAGIC,
	    FUSE_SUPER_MAGIC, OCFS2_SUPER_MAGIC};
	struct statfs fs;
	size_t i;

	if (fstatfs(fd, &fs) < 0)
		return false;
	for (i = 0; i < sizeof shared / sizeof shared[0]; i++)
		if ((unsigned long)fs.f_type == shared[i])
			return true;
	return false;
}
