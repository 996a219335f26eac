/* The process that stands between a supervisor and what it supervises. */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sweep.h"

struct keeper {
	int socket, signals;
	pid_t child;
	bool reaped; /* the child's pid may belong to another by now */
	int wait_status;
};

static void
report(const struct keeper *k, enum keeper_event event, int error,
    unsigned swept, unsigned left)
{
	struct keeper_report r = {.event = event,
	    .pid = k->child,
	    .error = error,
	    .wait_status = k->wait_status,
	    .swept = swept,
	    .left = left};
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	r.cpu_ms = (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000LL +
	    (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
	r.peak_rss_bytes = u.ru_maxrss * 1024LL;
	/* Who is not there any more need not be told. */
	(void)send(k->socket, &r, sizeof r, MSG_NOSIGNAL);
}

static int
give_descriptor(int from, int to)
{
	int null;

	if (from >= 0)
		return dup2(from, to) < 0 ? -1 : 0;
	null = open("/dev/null", to == 0 ? O_RDONLY : O_WRONLY);
	if (null < 0)
		return -1;
	if (null == to)
		return 0;
	if (dup2(null, to) < 0)
		return -1;
	return close(null);
}

static int
set_limit(int what, uint64_t value)
{
	struct rlimit limit = {value, value};

	return setrlimit(what, &limit);
}

/*
 * By the system call, since sigaction(2) of libc does not touch the two that
 * its threads use, which may have been inherited as ignored like any other.
 */
static void
reset_signals(void)
{
	/* The kernel's struct sigaction, all zero: SIG_DFL and no flags. */
	static const unsigned long action[4];
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		syscall(SYS_rt_sigaction, i, action, NULL, (size_t)(NSIG / 8));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Everything between fork and exec; returns only on failure. */
static void
become(const struct child_spec *spec, pid_t keeper)
{
	/* Copies above 2, so that giving one does not overwrite another. */
	int in = spec->in < 0 ? -1 : fcntl(spec->in, F_DUPFD_CLOEXEC, 10);
	int out = spec->out < 0 ? -1 : fcntl(spec->out, F_DUPFD_CLOEXEC, 10);
	int err = spec->err < 0 ? -1 : fcntl(spec->err, F_DUPFD_CLOEXEC, 10);

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != keeper)
		_exit(127);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	reset_signals();
	if (give_descriptor(in, 0) < 0 || give_descriptor(out, 1) < 0 ||
	    give_descriptor(err, 2) < 0)
		return;
	if (set_limit(RLIMIT_CORE, 0) < 0 ||
	    (spec->file_size_max != 0 &&
		set_limit(RLIMIT_FSIZE, spec->file_size_max) < 0))
		return;
	if (spec->dir != NULL && chdir(spec->dir) < 0)
		return;
	execvpe(spec->argv[0], spec->argv, spec->env);
}

/* Forks the child; 0 when it runs, else the errno of fork or exec. */
static int
start(struct keeper *k, const struct child_spec *spec)
{
	pid_t self = getpid();
	int failed[2], error = 0;
	ssize_t n;

	if (pipe2(failed, O_CLOEXEC) < 0)
		return errno;
	k->child = fork();
	if (k->child < 0)
		return errno;
	if (k->child == 0) {
		become(spec, self);
		error = errno;
		(void)!write(failed[1], &error, sizeof error);
		_exit(127);
	}
	close(failed[1]);
	do
		n = read(failed[0], &error, sizeof error);
	while (n < 0 && errno == EINTR);
	close(failed[0]);
	if (n != (ssize_t)sizeof error)
		return 0;
	/* It would be a zombie of our parent, who adopts what we leave. */
	waitpid(k->child, NULL, 0);
	return error;
}

static void
obey(struct keeper *k, const struct keeper_command *order)
{
	if (k->reaped)
		return;
	switch (order->verb) {
	case KEEPER_SIGNAL:
		kill(k->child, order->signal);
		break;
	case KEEPER_SIGNAL_GROUP:
		kill(-k->child, order->signal);
		break;
	case KEEPER_KILL:
		kill(k->child, SIGKILL);
		break;
	}
}

/* Adopted descendants are reaped as they end; true when the child has. */
static bool
reap(struct keeper *k)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	(void)!read(k->signals, &info, sizeof info);
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == k->child) {
			k->reaped = true;
			k->wait_status = status;
		}
	return k->reaped;
}

/* Until the child has ended or nobody is there to keep it for. */
static void
watch(struct keeper *k)
{
	struct pollfd p[2] = {{.fd = k->socket, .events = POLLIN},
	    {.fd = k->signals, .events = POLLIN}};
	struct keeper_command order;

	for (;;) {
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents != 0 && reap(k))
			return;
		if (p[0].revents == 0)
			continue;
		if (recv(k->socket, &order, sizeof order, 0) !=
		    (ssize_t)sizeof order)
			return;
		obey(k, &order);
	}
}

static void
close_others(int socket, const struct child_spec *spec)
{
	int fd, max = 3;
	const int keep[] = {socket, spec->in, spec->out, spec->err};
	size_t i;

	for (i = 0; i < sizeof keep / sizeof keep[0]; i++)
		if (keep[i] >= max)
			max = keep[i] + 1;
	for (fd = 3; fd < max; fd++)
		if (fd != socket && fd != spec->in && fd != spec->out &&
		    fd != spec->err)
			close(fd);
	close_range((unsigned)max, ~0U, 0);
}

/*
 * The keeper holds nothing open that others wait for the end of: the child's
 * pipes, and the standard output of the program it was forked from.
 */
static void
let_go(const struct child_spec *spec)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int given[] = {spec->in, spec->out, spec->err};
	size_t i;

	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	for (i = 0; i < sizeof given / sizeof given[0]; i++)
		if (given[i] > 2)
			close(given[i]);
}

void
keeper_main(int socket, const struct child_spec *spec)
{
	struct keeper k = {.socket = socket};
	unsigned swept = 0, left = 0;
	sigset_t all;
	int error;

	close_others(socket, spec);
	setsid();
	prctl(PR_SET_NAME, "pf-keeper");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigemptyset(&all);
	sigaddset(&all, SIGCHLD);
	k.signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	error = k.signals < 0 ? errno : start(&k, spec);
	if (error != 0) {
		report(&k, KEEPER_FAILED, error, 0, 0);
		_exit(1);
	}
	let_go(spec);
	report(&k, KEEPER_STARTED, 0, 0, 0);
	watch(&k);
	if (k.reaped)
		report(&k, KEEPER_EXITED, 0, 0, 0);
	sweep_descendants(NULL, 0, &swept, &left);
	if (!k.reaped)
		k.wait_status = SIGKILL;
	report(&k, KEEPER_EMPTY, 0, swept, left);
	_exit(0);
}
