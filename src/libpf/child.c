/* Children that cannot get away: our side of the keeper. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "keeper.h"
#include "sweep.h"

/* Keepers that live: not to be swept when another one was killed. */
static pid_t keepers[SWEEP_SKIP_MAX];
static unsigned keeper_count;

bool
keeper_has_room(void)
{
	return keeper_count < SWEEP_SKIP_MAX;
}

void
keeper_remember(pid_t pid)
{
	keepers[keeper_count++] = pid;
}

void
keeper_forget(pid_t pid)
{
	unsigned i;

	for (i = 0; i < keeper_count; i++)
		if (keepers[i] == pid)
			keepers[i] = keepers[--keeper_count];
}

/*
 * ECONNRESET is told once, when the keeper ended with an order of ours unread,
 * and before the reports that it had sent: they are still to be had.
 */
int
keeper_receive(int fd, struct keeper_report *report, bool now)
{
	ssize_t n;

	do
		n = recv(fd, report, sizeof *report, now ? MSG_DONTWAIT : 0);
	while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	if (n < 0 && errno == EAGAIN)
		return -1;
	return n == (ssize_t)sizeof *report;
}

static void
command(struct child *c, enum keeper_verb verb, int signal)
{
	struct keeper_command order = {verb, signal};

	/* To a single fuzzer it is the parent, and targets stop their parent.
	 */
	kill(c->keeper, SIGCONT);
	/* A keeper that is gone has nothing left to signal. */
	(void)send(c->fd, &order, sizeof order, MSG_NOSIGNAL);
}

static int
await_start(struct child *c)
{
	struct pollfd p = {.fd = c->fd, .events = POLLIN};
	struct keeper_report report;

	/* The child may have stopped its keeper before that could tell. */
	while (poll(&p, 1, 500) <= 0)
		kill(c->keeper, SIGCONT);
	if (keeper_receive(c->fd, &report, false) != 1) {
		errno = ECHILD;
		return -1;
	}
	if (report.event == KEEPER_STARTED) {
		c->pid = report.pid;
		c->init = report.init;
		c->containment = report.containment;
		return 0;
	}
	errno = report.error;
	return -1;
}

/* Cgroups cost a little: they are made only where they are wanted. */
void
child_make_cgroup(struct child *c, const struct child_spec *spec)
{
	c->cgroup.fd = -1;
	if (spec->containment != CHILD_CGROUP)
		return;
	cgroup_end_orphans();
	cgroup_create(&c->cgroup);
}

void
child_drop_cgroup(struct child *c)
{
	if (c->cgroup.fd < 0)
		return;
	cgroup_kill(&c->cgroup);
	cgroup_remove(&c->cgroup);
	cgroup_close(&c->cgroup);
}

/* Forks the keeper and hears whether the child runs. */
static int
start_keeper(struct child *c, const struct child_spec *spec)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	c->keeper = fork();
	if (c->keeper == 0)
		keeper_main(pair[1], spec, &c->cgroup);
	close(pair[1]);
	c->fd = pair[0];
	if (c->keeper > 0)
		keeper_remember(c->keeper);
	if (c->keeper < 0 || await_start(c) < 0) {
		int saved = errno;

		if (c->keeper > 0) {
			waitpid(c->keeper, NULL, 0);
			keeper_forget(c->keeper);
		}
		close(c->fd);
		c->fd = -1;
		errno = saved;
		return -1;
	}
	return 0;
}

int
child_start(struct child *c, const struct child_spec *spec)
{
	int status, saved;

	c->fd = -1;
	if (!keeper_has_room()) {
		errno = EAGAIN;
		return -1;
	}
	c->exited = false;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	child_make_cgroup(c, spec);
	status = start_keeper(c, spec);
	saved = errno;
	if (status < 0 || c->containment != CHILD_CGROUP)
		child_drop_cgroup(c);
	errno = saved;
	return status;
}

unsigned
child_end_orphans(void)
{
	return cgroup_end_orphans();
}

static const char *const containment_names[] = {[CHILD_CGROUP] = "cgroup",
    [CHILD_NAMESPACE] = "namespace",
    [CHILD_KEEPER] = "keeper"};

const char *
child_containment_name(enum child_containment containment)
{
	return containment_names[containment];
}

bool
child_containment_named(const char *name, enum child_containment *containment)
{
	enum child_containment c;

	for (c = CHILD_CGROUP; c <= CHILD_KEEPER; c++)
		if (strcmp(containment_names[c], name) == 0) {
			*containment = c;
			return true;
		}
	return false;
}

void
child_signal(struct child *c, int signal, bool group)
{
	command(c, group ? KEEPER_SIGNAL_GROUP : KEEPER_SIGNAL, signal);
}

void
child_kill(struct child *c)
{
	command(c, KEEPER_KILL, 0);
}

void
child_kill_keeper(struct child *c)
{
	if (c->fd >= 0)
		kill(c->keeper, SIGKILL);
}

static enum child_event
gone(struct child *c)
{
	waitpid(c->keeper, NULL, 0);
	keeper_forget(c->keeper);
	/* The keeper has removed it. */
	cgroup_close(&c->cgroup);
	close(c->fd);
	c->fd = -1;
	return CHILD_GONE;
}

void
child_keeper_lost(struct child *c, struct child_end *end)
{
	unsigned in_cgroup;

	keeper_forget(c->keeper);
	waitpid(c->keeper, NULL, 0);
	in_cgroup = cgroup_kill(&c->cgroup);
	sweep_descendants(keepers, keeper_count, &end->swept, &end->left);
	end->swept += in_cgroup;
	child_drop_cgroup(c);
	close(c->fd);
	c->fd = -1;
}

static enum child_event
keeper_lost(struct child *c, struct child_end *end)
{
	/* Unless we know better, it died with its keeper. */
	if (!c->exited)
		end->wait_status = SIGKILL;
	child_keeper_lost(c, end);
	return CHILD_GONE;
}

enum child_event
child_next(struct child *c, struct child_end *end, int timeout_ms)
{
	struct pollfd p = {.fd = c->fd, .events = POLLIN};
	struct keeper_report report;

	if (c->fd < 0)
		return CHILD_GONE;
	if (poll(&p, 1, timeout_ms) <= 0)
		return CHILD_NOTHING;
	if (keeper_receive(c->fd, &report, false) != 1)
		return keeper_lost(c, end);
	end->wait_status = report.wait_status;
	c->exited = true;
	if (report.event == KEEPER_EXITED)
		return CHILD_EXITED;
	end->cpu_ms = report.cpu_ms;
	end->peak_rss_bytes = report.peak_rss_bytes;
	end->swept = report.swept;
	end->left = report.left;
	return gone(c);
}

void
child_release(struct child *c)
{
	struct child_end end = {0};

	if (c->fd < 0)
		return;
	child_kill(c);
	while (child_next(c, &end, -1) != CHILD_GONE)
		;
}
