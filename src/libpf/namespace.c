/* Pid namespaces (pid_namespaces(7)). */
#include "namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "become.h"

/* The first process of the namespace. */
static _Noreturn void
init_main(int ready_fd)
{
	sigset_t chld;

	prctl(PR_SET_NAME, "pf-init");
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	become_mortal(ready_fd);
	close_range(0, ~0U, 0);
	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		sigwaitinfo(&chld, NULL);
	}
}

static pid_t
start_init(void)
{
	int ready[2];
	pid_t pid;
	char byte;

	if (pipe2(ready, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(ready[0]);
		init_main(ready[1]);
	}
	close(ready[1]);
	/* It closes its end when it no longer needs ours. */
	while (pid > 0 && read(ready[0], &byte, 1) < 0 && errno == EINTR)
		;
	close(ready[0]);
	return pid;
}

int
namespace_enter(struct namespace *n)
{
	n->init = 0;
	n->ours = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	if (n->ours < 0)
		return -1;
	if (unshare(CLONE_NEWPID) < 0) {
		close(n->ours);
		return -1;
	}
	n->init = start_init();
	if (n->init > 0)
		return 0;
	n->init = 0;
	setns(n->ours, CLONE_NEWPID);
	close(n->ours);
	return -1;
}

void
namespace_kill(struct namespace *n)
{
	if (n->init > 0)
		kill(n->init, SIGKILL);
}

void
namespace_leave(struct namespace *n)
{
	if (n->init == 0)
		return;
	namespace_kill(n);
	waitpid(n->init, NULL, 0);
	n->init = 0;
	setns(n->ours, CLONE_NEWPID);
	close(n->ours);
}
