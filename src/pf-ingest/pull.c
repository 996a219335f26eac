/* The command has a process group of its own, and ends with its pipes. */
#include "pull.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "become.h"
#include "input.h"
#include "msg.h"

static _Noreturn void
run_command(const char *command, int in, int out)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	become_default_signals();
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    close_range(STDERR_FILENO + 1, UINT_MAX, 0) < 0)
		_exit(127);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

int
pull_begin(struct pull *p, const char *command)
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) < 0)
		return -1;
	if (pipe2(from, O_CLOEXEC) < 0) {
		close(to[0]);
		close(to[1]);
		return -1;
	}
	p->pid = fork();
	if (p->pid == 0)
		run_command(command, to[0], from[1]);
	close(to[0]);
	close(from[1]);
	p->in = from[0];
	p->out = to[1];
	if (p->pid > 0)
		return 0;
	close(p->in);
	close(p->out);
	return -1;
}

int
pull_end(struct pull *p, const char *command)
{
	int status;

	close(p->out);
	close(p->in);
	if (input_stopped())
		kill(p->pid, SIGTERM);
	while (waitpid(p->pid, &status, 0) < 0)
		if (errno != EINTR) {
			msg_warn("--from %s: wait", msg_quote(command));
			return EX_OSERR;
		}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status)) {
		msg_warnx("--from %s: killed by signal %d", msg_quote(command),
		    WTERMSIG(status));
		return EX_TEMPFAIL;
	}
	msg_warnx("--from %s: exit status %d", msg_quote(command),
	    WEXITSTATUS(status));
	/* The shell's own, and ssh's, beside what pf-ship ends with. */
	switch (WEXITSTATUS(status)) {
	case 126:
	case 127:
		return EX_UNAVAILABLE;
	case 255:
		return EX_TEMPFAIL;
	default:
		break;
	}
	status = WEXITSTATUS(status);
	/* What is no code of ours says only that it did not work. */
	return status == 1 || (status >= EX__BASE && status <= EX__MAX)
	    ? status
	    : EX_UNAVAILABLE;
}
