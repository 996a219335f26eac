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
#include "process.h"

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

static bool
is_afl_fuzz(pid_t pid)
{
	static const char name[] = "afl-fuzz";
	char path[32], exe[4096], comm[32];
	const char *base;
	ssize_t n;

	snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
	n = readlink(path, exe, sizeof exe - 1);
	if (n > 0) {
		exe[n] = '\0';
		base = strrchr(exe, '/');
		return strncmp(base == NULL ? exe : base + 1, name,
			   sizeof name - 1) == 0;
	}
	/* Another user's does not show its file, but its name. */
	return process_file(pid, "comm", comm, sizeof comm) &&
	    strncmp(comm, name, sizeof name - 1) == 0;
}

int64_t
fuzzer_process_start(pid_t pid)
{
	struct timespec real, boot;
	struct process p;

	if (!process_read(pid, &p))
		return STATS_UNKNOWN;
	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return clock_from_timespec(real) - clock_from_timespec(boot) +
	    (int64_t)(p.start * 1000 / (uint64_t)sysconf(_SC_CLK_TCK));
}

pid_t
fuzzer_process_aflpp(
    struct flocks *f, const struct stat *dir, int64_t pid, int64_t update_ms)
{
	pid_t holder = dir == NULL ? 0 : flocks_holder(f, dir);
	int64_t start;

	if (holder > 0)
		return is_afl_fuzz(holder) ? holder : 0;
	if (pid <= 0 || pid > INT32_MAX || !is_afl_fuzz((pid_t)pid))
		return 0;
	start = fuzzer_process_start((pid_t)pid);
	if (start == STATS_UNKNOWN ||
	    (update_ms != STATS_UNKNOWN && start > update_ms + SLACK_MS))
		return 0;
	/* It writes to the original of which this is a copy. */
	if (dir != NULL && holds_any(f, (pid_t)pid))
		return 0;
	return (pid_t)pid;
}

/* "size resident shared …" in pages. */
static int64_t
rss_of(pid_t pid)
{
	char text[128];
	const char *resident;

	if (!process_file(pid, "statm", text, sizeof text) ||
	    (resident = strchr(text, ' ')) == NULL)
		return STATS_UNKNOWN;
	return (int64_t)strtoull(resident, NULL, 10) * sysconf(_SC_PAGESIZE);
}

/* Appends the children of the process's first thread, which forks them all. */
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
fuzzer_process_rss(pid_t pid)
{
	struct process_list l = {0};
	int64_t sum = rss_of(pid), n;
	size_t i;

	if (sum == STATS_UNKNOWN)
		return sum;
	add_children(&l, pid);
	for (i = 0; i < l.count; i++) {
		n = rss_of(l.pid[i]);
		sum += n == STATS_UNKNOWN ? 0 : n;
		add_children(&l, l.pid[i]);
	}
	process_list_release(&l);
	return sum;
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
