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
#include <sys/wait.h>

#include "become.h"
#include "namespace.h"
#include "process.h"
#include "sandbox.h"
#include "sweep.h"

struct keeper {
	int socket, signals;
	pid_t child; /* that we wait for: the command, or bwrap around it */
	pid_t command, group;
	int sandbox[2]; /* bwrap tells its status; ours must stay open */
	enum child_containment containment;
	const struct cgroup *cgroup;
	struct namespace namespace;
	bool reaped; /* the child's pid may belong to another by now */
	int wait_status;
};

static void
report(const struct keeper *k, enum keeper_event event, int error,
    unsigned swept, unsigned left)
{
	struct keeper_report r = {.event = event,
	    .containment = k->containment,
	    .pid = k->command,
	    .init = k->namespace.init,
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

/* What is in the namespace beside its first process. */
static unsigned
count_left(const struct keeper *k)
{
	struct process_list l = {0};
	unsigned count;

	if (k->namespace.init == 0)
		return 0;
	process_list_descendants(&l, k->namespace.init);
	count = (unsigned)l.count;
	process_list_release(&l);
	return count;
}

/*
 * By the best means at once, then by the sweep, that finds what got itself
 * out of the first.
 */
static void
end_all(struct keeper *k, unsigned *swept, unsigned *left)
{
	unsigned count = count_left(k), found;

	namespace_kill(&k->namespace);
	if (k->containment == CHILD_CGROUP)
		count = cgroup_kill(k->cgroup);
	sweep_descendants(NULL, 0, &found, left);
	/* A namespace dies meanwhile: its processes are not found more. */
	*swept = k->containment == CHILD_NAMESPACE ? count : count + found;
	/* What is left in a sandbox dies with it, seen by us or not. */
	if (k->sandbox[0] >= 0)
		*swept = 0;
	if (k->containment == CHILD_CGROUP)
		cgroup_remove(k->cgroup);
}

/* One try with one containment; the errno of fork or exec, 0 when it runs. */
static int
attempt(struct keeper *k, const struct child_spec *spec, bool *refused)
{
	struct become_failure failure = {0};
	struct become b = {.spec = spec,
	    .containment = k->containment,
	    .cgroup = k->cgroup,
	    .status_fd = k->sandbox[1]};
	int failed[2];
	ssize_t n;

	if (pipe2(failed, O_CLOEXEC) < 0)
		return errno;
	b.failed_fd = failed[1];
	k->child = fork();
	if (k->child == 0) {
		close(failed[0]);
		become_command(&b);
	}
	failure.error = k->child < 0 ? errno : 0;
	close(failed[1]);
	do
		n = read(failed[0], &failure, sizeof failure);
	while (n < 0 && errno == EINTR);
	close(failed[0]);
	/* It would be a zombie of our parent, who adopts what we leave. */
	if (failure.error != 0 && k->child > 0)
		waitpid(k->child, NULL, 0);
	*refused = failure.containment;
	return failure.error;
}

/* The best containment that is wanted and to be had. */
static int
start_contained(struct keeper *k, const struct child_spec *spec)
{
	bool refused = false;
	int error;

	for (;; k->containment++) {
		if (k->containment == CHILD_CGROUP && k->cgroup->fd < 0)
			continue;
		if (k->containment == CHILD_NAMESPACE &&
		    namespace_enter(&k->namespace) < 0)
			continue;
		error = attempt(k, spec, &refused);
		if (error != 0)
			namespace_leave(&k->namespace);
		if (!refused)
			return error;
	}
}

/* Forks the child; 0 when it runs, else the errno of fork or exec. */
static int
start(struct keeper *k, const struct child_spec *spec)
{
	unsigned swept, left;
	int error;

	k->containment = spec->containment;
	if (spec->sandbox != NULL && pipe2(k->sandbox, O_CLOEXEC) < 0)
		return errno;
	error = start_contained(k, spec);
	k->command = k->group = k->child;
	if (error != 0 || spec->sandbox == NULL)
		return error;
	close(k->sandbox[1]);
	if (sandbox_await(k->child, k->sandbox[0], &k->command, &k->group) == 0)
		return 0;
	error = errno;
	end_all(k, &swept, &left);
	return error;
}

static void
obey(struct keeper *k, const struct keeper_command *order)
{
	if (k->reaped)
		return;
	switch (order->verb) {
	case KEEPER_SIGNAL:
		kill(k->command, order->signal);
		break;
	case KEEPER_SIGNAL_GROUP:
		kill(-k->group, order->signal);
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
			k->wait_status = k->sandbox[0] < 0
			    ? status
			    : sandbox_wait_status(status);
		} else if (pid == k->namespace.init)
			k->namespace.init = 0;
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
close_others(const int *keep, size_t count)
{
	int fd, max = 2;
	size_t i;

	for (i = 0; i < count; i++)
		if (keep[i] > max)
			max = keep[i];
	for (fd = 3; fd < max; fd++) {
		for (i = 0; i < count && keep[i] != fd; i++)
			;
		if (i == count)
			close(fd);
	}
	close_range((unsigned)max + 1, ~0U, 0);
}

void
keeper_let_go(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
}

/*
 * The keeper holds nothing open that others wait for the end of: the child's
 * pipes, and the standard output of the program it was forked from.
 */
static void
let_go(const struct child_spec *spec)
{
	const int given[] = {spec->in, spec->out, spec->err};
	size_t i;

	keeper_let_go();
	for (i = 0; i < sizeof given / sizeof given[0]; i++)
		if (given[i] > 2)
			close(given[i]);
}

/* SIGCHLD by descriptor, all other signals not at all. 0 or errno. */
static int
take_signals(int *signals)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigemptyset(&all);
	sigaddset(&all, SIGCHLD);
	*signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	return *signals < 0 ? errno : 0;
}

int
keeper_begin(const int *keep, size_t count, int *signals)
{
	close_others(keep, count);
	setsid();
	prctl(PR_SET_NAME, "pf-keeper");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return take_signals(signals);
}

void
keeper_main(
    int socket, const struct child_spec *spec, const struct cgroup *cgroup)
{
	const int keep[] = {
	    socket, cgroup->fd, spec->hold, spec->in, spec->out, spec->err};
	struct keeper k = {
	    .socket = socket, .cgroup = cgroup, .sandbox = {-1, -1}};
	unsigned swept = 0, left = 0;
	int error;

	error = keeper_begin(keep, sizeof keep / sizeof keep[0], &k.signals);
	if (error == 0)
		error = start(&k, spec);
	if (error != 0) {
		report(&k, KEEPER_FAILED, error, 0, 0);
		_exit(1);
	}
	let_go(spec);
	report(&k, KEEPER_STARTED, 0, 0, 0);
	watch(&k);
	if (k.reaped)
		report(&k, KEEPER_EXITED, 0, 0, 0);
	else
		k.wait_status = SIGKILL;
	end_all(&k, &swept, &left);
	report(&k, KEEPER_EMPTY, 0, swept, left);
	_exit(0);
}
