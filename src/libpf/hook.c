/*
 * The event lies in a file without a name, not in a pipe: a command that reads
 * none of it, or half, is as good as any other.
 */
#include "hook.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "become.h"
#include "clock.h"
#include "msg.h"
#include "stage.h"

/* What sh(1) ends with itself when there is no such command. */
#define NOT_RUN 127

static int
file_of(const void *bytes, size_t n)
{
	int fd = memfd_create("event", MFD_CLOEXEC);
	int saved;

	if (fd < 0)
		return -1;
	if (stage_write_all(fd, bytes, n) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static _Noreturn void
become_hook(const char *command, int in)
{
	setpgid(0, 0);
	become_default_signals();
	if (dup2(in, STDIN_FILENO) < 0 ||
	    dup2(STDERR_FILENO, STDOUT_FILENO) < 0 ||
	    close_range(STDERR_FILENO + 1, UINT_MAX, 0) < 0)
		_exit(NOT_RUN);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(NOT_RUN);
}

/* False when it still runs at the end of its time. */
static bool
ends_in_time(pid_t pid, int64_t limit_ms)
{
	int64_t left, end = clock_monotonic() + limit_ms;
	struct pollfd p = {pidfd_open(pid, 0), POLLIN, 0};
	int n = 0;

	/* Without a descriptor for it there is no limit but its own. */
	if (p.fd < 0)
		return true;
	do {
		left = end - clock_monotonic();
		if (left < 0)
			left = 0;
		n = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
	} while ((n < 0 && errno == EINTR) || (n == 0 && left > 0));
	close(p.fd);
	return n != 0;
}

static int
judge(const char *option, const char *command, int wait_status)
{
	if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0)
		return 0;
	if (WIFEXITED(wait_status))
		msg_warnx("%s %s: exit status %d", option, msg_quote(command),
		    WEXITSTATUS(wait_status));
	else
		msg_warnx("%s %s: killed by signal %d", option,
		    msg_quote(command), WTERMSIG(wait_status));
	return 1;
}

static int
wait_for(const char *option, const char *command, pid_t pid, int64_t limit_ms)
{
	bool in_time = ends_in_time(pid, limit_ms);
	int wait_status;

	if (!in_time)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &wait_status, 0) < 0)
		if (errno != EINTR) {
			msg_warn("%s %s: wait", option, msg_quote(command));
			return 1;
		}
	if (in_time)
		return judge(option, command, wait_status);
	msg_warnx("%s %s: killed, it ran longer than %g seconds", option,
	    msg_quote(command), (double)limit_ms / 1000);
	return 1;
}

int
hook_run(const char *option, const char *command, const void *bytes, size_t n,
    int64_t limit_ms)
{
	int in = file_of(bytes, n);
	pid_t pid = in < 0 ? -1 : fork();
	int status = 1;

	if (pid == 0)
		become_hook(command, in);
	if (pid < 0) {
		msg_warn("%s %s", option, msg_quote(command));
	} else {
		/* Whoever of the two comes first. */
		setpgid(pid, pid);
		status = wait_for(option, command, pid, limit_ms);
	}
	if (in >= 0)
		close(in);
	return status;
}
