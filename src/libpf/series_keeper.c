/* A keeper that runs one command after another. */
#include "series_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "become.h"
#include "keeper.h"
#include "mem.h"
#include "sweep.h"

#define STACK_BYTES 65536

struct order {
	struct series_request request;
	int fd[3]; /* -1: not given */
};

struct server {
	int socket, signals;
	const struct child_spec *spec;
	const struct cgroup *cgroup;
	struct series_shared *shared;
	struct order next; /* handed over ahead of time */
	bool has_next;
	/* Something in the cgroup was killed by cgroup.kill: what is cloned
	 * into it from outside dies at once from then on (Linux 6.18, where
	 * cgroup_css_set_fork compares the kill_seq of another cgroup). */
	bool was_killed;

	/* The command that runs. */
	unsigned number;
	pid_t child;
	int wait_status;
	int64_t cpu_us, peak_rss_bytes;
};

/* The request and its descriptors; false when nobody is there any more. */
static bool
receive(const struct server *s, struct order *o)
{
	struct iovec part = {&o->request, sizeof o->request};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(3 * sizeof(int))];
	struct msghdr message = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = control,
	    .msg_controllen = sizeof control};
	const struct cmsghdr *head;
	size_t i, at = 0;
	ssize_t n;

	do
		n = recvmsg(s->socket, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof o->request)
		return false;
	head = CMSG_FIRSTHDR(&message);
	for (i = 0; i < 3; i++) {
		o->fd[i] = -1;
		if (head == NULL || !o->request.given[i])
			continue;
		memcpy(
		    &o->fd[i], CMSG_DATA(head) + at * sizeof(int), sizeof(int));
		at++;
	}
	return true;
}

static void
close_all(const struct order *o)
{
	for (size_t i = 0; i < 3; i++)
		if (o->fd[i] >= 0)
			close(o->fd[i]);
}

/* A list of the `count` strings at *words, which goes past them. */
static char **
list_of(char **words, unsigned count)
{
	char **list = mem_calloc((size_t)count + 1, sizeof *list);

	for (unsigned i = 0; i < count; i++) {
		list[i] = *words;
		*words += strlen(*words) + 1;
	}
	return list;
}

struct launch {
	struct become become;
	int *error;
};

static int
child_main(void *argument)
{
	const struct launch *l = argument;

	*l->error = become_directly(&l->become);
	_exit(127);
}

/* A child in the cgroup from its first instruction on, or soon after. */
static pid_t
fork_into(const struct server *s, struct launch *l)
{
	struct clone_args args = {.flags = CLONE_VFORK,
	    .exit_signal = SIGCHLD,
	    .cgroup = (uint64_t)s->cgroup->fd};
	pid_t pid;

	if (!s->was_killed)
		args.flags |= CLONE_INTO_CGROUP;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	if (pid != 0)
		return pid;
	if (s->was_killed && cgroup_enter(s->cgroup) < 0)
		*l->error = errno;
	else
		child_main(l);
	_exit(127);
}

/*
 * As vfork(2), with a stack of its own. Who becomes another user shares no
 * memory: until it executes, that user could look into it.
 */
static pid_t
fork_sharing(const struct child_spec *spec, struct launch *l)
{
	_Alignas(16) char stack[STACK_BYTES];
	int share = spec->other_user ? 0 : CLONE_VM;

	return clone(
	    child_main, stack + sizeof stack, share | CLONE_VFORK | SIGCHLD, l);
}

/* By the keeper alone where the kernel refuses the cgroup. */
static pid_t
fork_contained(
    const struct server *s, const struct child_spec *spec, struct launch *l)
{
	pid_t pid = -1;

	if (s->cgroup->fd >= 0) {
		pid = fork_into(s, l);
		if (pid > 0 || errno == EAGAIN || errno == ENOMEM)
			return pid;
	}
	return fork_sharing(spec, l);
}

/* Starts the command; 0 when it was executed, else errno. */
static int
start(struct server *s, const struct order *o)
{
	struct series_slot *slot =
	    &s->shared->slot[o->request.number % SERIES_DEPTH];
	char *words = slot->words;
	char **argv = list_of(&words, o->request.argc);
	char **env = list_of(&words, o->request.envc);
	struct child_spec spec = *s->spec;
	struct launch l = {.become = {.spec = &spec,
			       .containment = CHILD_KEEPER,
			       .parent = getpid()},
	    .error = &slot->error};
	int error;

	spec.argv = argv;
	spec.env = env;
	spec.in = o->fd[0];
	spec.out = o->fd[1];
	spec.err = o->fd[2];
	slot->error = 0;
	s->cpu_us = s->peak_rss_bytes = 0;
	s->number = o->request.number;
	s->child = fork_contained(s, &spec, &l);
	error = s->child < 0 ? errno : slot->error;
	if (error != 0 && s->child > 0)
		waitpid(s->child, NULL, 0);
	free(argv);
	free(env);
	return error;
}

static int64_t
microseconds(const struct timeval *t)
{
	return t->tv_sec * INT64_C(1000000) + t->tv_usec;
}

/* Adopted descendants are reaped as they end; true when the child has. */
static bool
reap(struct server *s)
{
	bool ended = false;
	struct rusage used;
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, WNOHANG, &used)) > 0) {
		s->cpu_us +=
		    microseconds(&used.ru_utime) + microseconds(&used.ru_stime);
		if (used.ru_maxrss * 1024LL > s->peak_rss_bytes)
			s->peak_rss_bytes = used.ru_maxrss * 1024LL;
		if (pid != s->child)
			continue;
		s->wait_status = status;
		ended = true;
	}
	return ended;
}

/* An order while a command runs. */
static void
obey(struct server *s, const struct order *o)
{
	if (o->request.verb == SERIES_RUN) {
		s->next = *o;
		s->has_next = true;
	} else if (o->request.number != s->number) {
		return;
	} else if (o->request.verb == SERIES_SIGNAL) {
		kill(-s->child, o->request.signal);
	} else
		kill(s->child, SIGKILL);
}

/* Until the child has ended (true) or nobody is there to run it for. */
static bool
watch(struct server *s)
{
	struct pollfd p[2] = {{.fd = s->signals, .events = POLLIN},
	    {.fd = s->socket, .events = POLLIN}};
	struct signalfd_siginfo info;
	struct order o;

	for (;;) {
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[0].revents != 0) {
			(void)!read(s->signals, &info, sizeof info);
			if (reap(s))
				return true;
		}
		if (p[1].revents == 0)
			continue;
		if (!receive(s, &o))
			return false;
		obey(s, &o);
	}
}

/* Nothing can descend from us but below a child of ours: we adopt. */
static void
end_all(struct server *s, struct keeper_report *r)
{
	unsigned in_cgroup;

	if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
		return;
	in_cgroup = cgroup_kill(s->cgroup);
	s->was_killed = true;
	sweep_descendants(NULL, 0, &r->swept, &r->left);
	r->swept += in_cgroup;
}

/* Runs the command to its end; false when nobody is there to tell. */
static bool
serve(struct server *s, const struct order *o)
{
	struct keeper_report r = {.event = KEEPER_EMPTY};
	bool heard = true;

	r.error = start(s, o);
	if (r.error != 0) {
		r.event = KEEPER_FAILED;
	} else {
		heard = watch(s);
		end_all(s, &r);
		r.wait_status = s->wait_status;
		r.cpu_ms = s->cpu_us / 1000;
		r.peak_rss_bytes = s->peak_rss_bytes;
	}
	/* Told before the pipes are closed: the reader wakes up once. */
	if (heard)
		(void)send(s->socket, &r, sizeof r, MSG_NOSIGNAL);
	close_all(o);
	return heard;
}

void
series_keeper_main(int socket, const struct child_spec *spec,
    const struct cgroup *cgroup, struct series_shared *shared)
{
	const int keep[] = {socket, cgroup->fd, spec->hold};
	struct server s = {
	    .socket = socket, .spec = spec, .cgroup = cgroup, .shared = shared};
	struct order o;

	become_default_signals();
	if (keeper_begin(keep, sizeof keep / sizeof keep[0], &s.signals) != 0)
		_exit(1);
	if (cgroup->fd >= 0)
		(void)unshare(CLONE_NEWIPC); /* where we may: see child.h */
	keeper_let_go();
	for (;;) {
		if (s.has_next)
			o = s.next;
		else if (!receive(&s, &o))
			break;
		s.has_next = false;
		if (o.request.verb == SERIES_RUN && !serve(&s, &o))
			break;
	}
	if (cgroup->fd >= 0) {
		cgroup_kill(cgroup);
		cgroup_remove(cgroup);
	}
	_exit(0);
}
