/* Two processes: one reads, one delivers. */
#include "ship.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "msg.h"
#include "out.h"

static _Noreturn void
be_courier(struct spool *s, struct destination *d,
    const struct deliver_options *options, pid_t reader)
{
	int status;

	/* Who reads may be killed: then there is nobody to work for. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != reader)
		exit(0);
	close(STDIN_FILENO);
	status = deliver_all(s, d, options);
	destination_close(d);
	spool_release(s);
	exit(status);
}

/* Waits for the courier and passes a signal on. */
static int
await(pid_t pid, int signals)
{
	int process = pidfd_open(pid, 0), status;
	struct pollfd p[] = {{.fd = process, .events = POLLIN},
	    {.fd = signals, .events = POLLIN}};

	while (process >= 0 && poll(p, 2, -1) < 0)
		;
	if (p[1].revents != 0)
		kill(pid, SIGTERM);
	if (process >= 0)
		close(process);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EX_OSERR;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	msg_warnx("the delivering process was ended by signal %d; everything "
		  "is kept",
	    WTERMSIG(status));
	return EX_TEMPFAIL;
}

int
ship(struct spool *s, const struct intake_limits *limits, struct destination *d,
    const struct deliver_options *options)
{
	struct deliver_options told = *options;
	pid_t self = getpid(), courier;
	int news[2], status;

	if (pipe2(news, O_CLOEXEC) < 0 || (courier = fork()) < 0) {
		msg_warn("start delivering");
		return EX_OSERR;
	}
	if (courier == 0) {
		close(news[1]);
		told.notify = news[0];
		be_courier(s, d, &told, self);
	}
	close(news[0]);
	/* A courier that has stopped must not end the reading. */
	signal(SIGPIPE, SIG_IGN);
	fcntl(news[1], F_SETFL, O_NONBLOCK);
	status = intake(s, limits, options->signals, news[1]);
	close(news[1]);
	return exit_worse(status, await(courier, options->signals));
}
