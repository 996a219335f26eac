/* --status, --stop and --list. */
#include "control.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sysexits.h>

#include "clock.h"
#include "control_job.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "strvec.h"

/* Beyond the fuzzer's grace: the last crashes are told, the tree is killed. */
#define STOP_EXTRA_MS 20000

/*
 * The kernel knows it also where we may not look at the directories above;
 * else as it was given.
 */
static char *
absolute(int fd, const char *path)
{
	char link[32], real[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, real, sizeof real);
	if (n <= 0 || n == (ssize_t)sizeof real || real[0] != '/')
		return mem_dup(path);
	return mem_dup_n(real, (size_t)n);
}

/* 0, or an exit status after one sentence. */
static int
open_job(struct control_job *j, const char *directory)
{
	int status;

	switch (control_job_open(j, AT_FDCWD, directory)) {
	case CONTROL_JOB:
		j->directory = absolute(j->fd, directory);
		return 0;
	case CONTROL_NO_JOB:
		msg_warnx("%s: no job's directory: neither job.json nor "
			  "state.json is in it",
		    msg_quote(directory));
		return EX_NOINPUT;
	default:
		status = msg_exit_code(errno);
		msg_warn("job %s", msg_quote(directory));
		return status;
	}
}

static void
print(const struct control_job *j)
{
	struct buf line = BUF_INIT;

	control_job_emit(j, &line);
	out_add(line.data, line.len);
	/* Whole, at once: who reads it may act on it. */
	out_flush();
	buf_release(&line);
}

int
control_status(char *const directories[])
{
	int worst = 0;

	for (; *directories != NULL; directories++) {
		struct control_job j;
		int status = open_job(&j, *directories);

		if (status == 0) {
			status = control_job_read(&j);
			print(&j);
			status = exit_worse(status, !j.holder.held);
			control_job_release(&j);
		}
		worst = exit_worse(worst, status);
	}
	return worst;
}

/* A job that was asked to stop. */
struct stopping {
	struct control_job job;
	bool opened;
	int process; /* pidfd of its pf-run; -1 when it does not run */
	int alone;   /* the directory, locked against another --stop; or -1 */
	int64_t until_ms;
	int status;
};

/*
 * Only the process that holds the lock: it may have ended since it was seen,
 * and its pid may be another's. With the descriptor that cannot happen any
 * more, so the lock is looked at once again.
 */
static int
hold_process(struct stopping *s)
{
	pid_t pid = s->job.pid;

	s->process = (int)syscall(SYS_pidfd_open, pid, 0);
	if (s->process < 0 && errno != ESRCH) {
		s->status = msg_exit_code(errno);
		msg_warn("process %d of %s", pid, msg_quote(s->job.directory));
		return -1;
	}
	s->status = control_job_read(&s->job);
	if (s->process >= 0 && s->job.pid == pid)
		return 0;
	if (s->process >= 0)
		close(s->process);
	s->process = -1;
	return -1;
}

static int
send_signal(const struct stopping *s, int signal)
{
	return (int)syscall(SYS_pidfd_send_signal, s->process, signal, NULL, 0);
}

/*
 * pf-run takes a second SIGTERM for impatience and kills the fuzzer: of two
 * who ask at once only one sends it, and none to a job that is stopping.
 */
static bool
somebody_asked(struct stopping *s)
{
	const char *state = control_job_state(&s->job);

	s->alone = openat(
	    s->job.fd, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (s->alone >= 0 && flock(s->alone, LOCK_EX | LOCK_NB) < 0 &&
	    errno == EWOULDBLOCK)
		return true;
	return state != NULL && strcmp(state, "stopping") == 0;
}

static void
ask(struct stopping *s)
{
	const char *directory = s->job.directory;

	s->until_ms =
	    clock_monotonic() + STOP_EXTRA_MS + control_job_grace_ms(&s->job);
	if (somebody_asked(s))
		return;
	/* One that was suspended hears of it only when it goes on. */
	if (send_signal(s, SIGTERM) == 0 && send_signal(s, SIGCONT) == 0)
		return;
	if (errno == ESRCH)
		return;
	s->status = msg_exit_code(errno);
	msg_warn("stop process %d of %s", s->job.pid, msg_quote(directory));
	close(s->process);
	s->process = -1;
}

static void
stop_begin(struct stopping *s, const char *directory)
{
	*s = (struct stopping){.process = -1, .alone = -1};
	s->status = open_job(&s->job, directory);
	if (s->status != 0)
		return;
	s->opened = true;
	s->status = control_job_read(&s->job);
	if (s->job.pid > 0 && hold_process(s) == 0) {
		ask(s);
		return;
	}
	if (s->job.holder.held) {
		s->status = exit_worse(s->status, EX_TEMPFAIL);
	} else {
		msg_warnx("the job in %s was not running",
		    msg_quote(s->job.directory));
		s->status = exit_worse(s->status, 1);
	}
}

static bool
wait_for_end(const struct stopping *s)
{
	struct pollfd p = {.fd = s->process, .events = POLLIN};

	for (;;) {
		int64_t left = s->until_ms - clock_monotonic();
		int n = poll(&p, 1, left < 0 ? 0 : (int)left);

		if (n > 0)
			return true;
		if (n == 0)
			return false;
	}
}

static void
stop_end(struct stopping *s)
{
	if (s->process >= 0) {
		if (!wait_for_end(s)) {
			msg_warnx("the job in %s still runs as process %d",
			    msg_quote(s->job.directory), s->job.pid);
			s->status = exit_worse(s->status, EX_TEMPFAIL);
		}
		s->status = exit_worse(s->status, control_job_read(&s->job));
		close(s->process);
	}
	if (s->alone >= 0)
		close(s->alone);
	if (s->opened) {
		print(&s->job);
		control_job_release(&s->job);
	}
}

/* All are asked before any is waited for: each has its grace. */
int
control_stop(char *const directories[])
{
	struct stopping *all;
	size_t count = 0, i;
	int worst = 0;

	while (directories[count] != NULL)
		count++;
	all = mem_calloc(count, sizeof *all);
	for (i = 0; i < count; i++)
		stop_begin(&all[i], directories[i]);
	for (i = 0; i < count; i++) {
		stop_end(&all[i]);
		worst = exit_worse(worst, all[i].status);
	}
	free(all);
	return worst;
}

/* The names in a directory, sorted; -1 with errno. */
static int
names_in(int fd, struct strvec *names)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int error;

	if (dir == NULL) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	errno = 0;
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			strvec_add(names, entry->d_name);
		errno = 0;
	}
	error = errno;
	closedir(dir);
	errno = error;
	strvec_sort(names);
	return error == 0 ? 0 : -1;
}

/* *found counts it if it is one. */
static int
list_one(int fd, const char *directory, const char *name, size_t *found)
{
	struct control_job j;
	int status = 0;
	char *path = mem_printf("%s/%s", directory, name);

	switch (control_job_open(&j, fd, name)) {
	case CONTROL_JOB:
		j.directory = mem_dup(path);
		status = control_job_read(&j);
		print(&j);
		control_job_release(&j);
		(*found)++;
		break;
	case CONTROL_NO_JOB:
		break;
	default:
		/* A file, a symbolic link, or gone since it was seen. */
		if (errno != ENOTDIR && errno != ELOOP && errno != ENOENT) {
			status = msg_exit_code(errno);
			msg_warn("job %s", msg_quote(path));
		}
	}
	free(path);
	return status;
}

static int
list_below(const char *directory)
{
	struct strvec names = STRVEC_INIT;
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3), worst = 0;
	char *full;
	size_t i, found = 0;

	if (copy < 0 || names_in(copy, &names) < 0) {
		worst = msg_exit_code(errno);
		msg_warn("jobs %s", msg_quote(directory));
	}
	full = absolute(fd, directory);
	for (i = 0; i < names.count; i++)
		worst = exit_worse(
		    worst, list_one(fd, full, names.item[i], &found));
	if (worst == 0 && found == 0)
		msg_warnx("no jobs in %s", msg_quote(directory));
	if (fd >= 0)
		close(fd);
	free(full);
	strvec_release(&names);
	return worst;
}

int
control_list(char *const directories[])
{
	int worst = 0;

	for (; *directories != NULL; directories++)
		worst = exit_worse(worst, list_below(*directories));
	return worst;
}
