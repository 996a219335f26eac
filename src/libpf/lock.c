/* Lock files. */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "buf.h"

/* What /proc/locks has of a whole machine at the most. */
#define LOCKS_MAX (16 << 20)

int
lock_take(int dir_fd, const char *name)
{
	int fd = openat(
	    dir_fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
	int saved;

	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

int
lock_sign(int fd)
{
	char text[16];
	int n = snprintf(text, sizeof text, "%d\n", getpid());

	/* In this order it is never empty: its first line counts. */
	if (pwrite(fd, text, (size_t)n, 0) != n)
		return -1;
	return ftruncate(fd, n);
}

static pid_t
signer_of(int fd)
{
	char text[16] = "";
	char *end;
	long pid;

	if (pread(fd, text, sizeof text - 1, 0) <= 0)
		return 0;
	pid = strtol(text, &end, 10);
	return *end == '\n' && pid > 0 && pid <= INT32_MAX ? (pid_t)pid : 0;
}

int
lock_read_all(struct buf *text)
{
	return buf_read_file(text, AT_FDCWD, "/proc/locks", LOCKS_MAX) < 0 ? -1
									   : 0;
}

/* "7: FLOCK  ADVISORY  WRITE 4711 fe:00:11247863 0 EOF" */
bool
lock_next_row(const char **at, struct lock_row *row)
{
	unsigned major_, minor_;
	unsigned long long inode;
	char mode[8];
	int pid;

	while (**at != '\0') {
		const char *line = *at;

		*at += strcspn(line, "\n");
		*at += **at == '\n';
		/* Who only looks has it for reading. */
		if (sscanf(line, "%*d: FLOCK %*s %7s %d %x:%x:%llu", mode, &pid,
			&major_, &minor_, &inode) != 5 ||
		    strcmp(mode, "WRITE") != 0 || pid <= 0)
			continue;
		*row = (struct lock_row){
		    pid, makedev(major_, minor_), (ino_t)inode};
		return true;
	}
	return false;
}

/* Where the device is another than there the signature must agree. */
static pid_t
holder_in(const char *locks, const struct stat *st, pid_t signer)
{
	struct lock_row row;

	while (lock_next_row(&locks, &row))
		if (row.inode == st->st_ino &&
		    (row.device == st->st_dev || row.pid == signer))
			return row.pid;
	return 0;
}

static bool
is_gone(pid_t pid)
{
	return kill(pid, 0) < 0 && errno == ESRCH;
}

int
lock_look(int fd, struct lock_holder *holder)
{
	struct buf locks = BUF_INIT;
	struct stat st;

	*holder = (struct lock_holder){0};
	if (fstat(fd, &st) < 0)
		return -1;
	holder->signer = signer_of(fd);
	/* Looking there first keeps us from being in the way of a taker. */
	if (lock_read_all(&locks) == 0)
		holder->pid = holder_in(locks.data, &st, holder->signer);
	buf_release(&locks);
	holder->held = holder->pid > 0;
	/* The kernel goes on naming who took it when that one is gone. */
	if (holder->held && is_gone(holder->pid))
		holder->pid = 0;
	if (holder->held)
		return 0;
	if (flock(fd, LOCK_SH | LOCK_NB) == 0)
		return flock(fd, LOCK_UN);
	holder->held = errno == EWOULDBLOCK;
	return holder->held ? 0 : -1;
}

bool
lock_is_ending(const struct lock_holder *holder)
{
	return holder->held && holder->pid == 0 && holder->signer > 0 &&
	    is_gone(holder->signer);
}
