/* Our side of a keeper that runs many commands. */
#include "series.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "keeper.h"
#include "series_keeper.h"

void
series_init(struct series *s, const struct child_spec *spec)
{
	*s = (struct series){
	    .spec = *spec, .child = {.fd = -1, .cgroup = {.fd = -1}}};
}

/* Has each command a keeper of its own? */
static bool
is_singly(const struct series *s)
{
	return s->spec.sandbox != NULL ||
	    s->spec.containment == CHILD_NAMESPACE;
}

bool
series_has_room(const struct series *s)
{
	return s->begun - s->ended < (is_singly(s) ? 1 : SERIES_DEPTH);
}

int
series_fd(const struct series *s)
{
	return s->begun != s->ended ? s->child.fd : -1;
}

/* Forks the keeper of all commands; 0, or -1 with errno. */
static int
start_keeper(struct series *s)
{
	struct child *c = &s->child;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	c->keeper = fork();
	if (c->keeper == 0)
		series_keeper_main(pair[1], &s->spec, &c->cgroup, s->shared);
	close(pair[1]);
	if (c->keeper < 0) {
		int saved = errno;

		close(pair[0]);
		errno = saved;
		return -1;
	}
	keeper_remember(c->keeper);
	c->fd = pair[0];
	return 0;
}

static int
need_keeper(struct series *s)
{
	struct child *c = &s->child;

	if (c->fd >= 0)
		return 0;
	if (!keeper_has_room()) {
		errno = EAGAIN;
		return -1;
	}
	if (s->shared == NULL) {
		void *map =
		    mmap(NULL, sizeof *s->shared, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (map == MAP_FAILED)
			return -1;
		s->shared = map;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	child_make_cgroup(c, &s->spec);
	c->containment = c->cgroup.fd >= 0 ? CHILD_CGROUP : CHILD_KEEPER;
	if (start_keeper(s) == 0)
		return 0;
	child_drop_cgroup(c);
	return -1;
}

/* Appends the strings; false when they do not fit. */
static bool
put_words(
    struct series_slot *slot, size_t *used, char *const list[], unsigned *count)
{
	for (*count = 0; list[*count] != NULL; ++*count) {
		size_t n = strlen(list[*count]) + 1;

		if (n > sizeof slot->words - *used)
			return false;
		memcpy(slot->words + *used, list[*count], n);
		*used += n;
	}
	return true;
}

static int
send_request(const struct series *s, struct series_request *request,
    const int *descriptors)
{
	struct iovec part = {request, sizeof *request};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(3 * sizeof(int))];
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	size_t i, n = 0;
	int fds[3];

	for (i = 0; descriptors != NULL && i < 3; i++)
		if ((request->given[i] = descriptors[i] >= 0))
			fds[n++] = descriptors[i];
	if (n > 0) {
		struct cmsghdr *head = (struct cmsghdr *)control;

		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(n * sizeof(int));
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(head), fds, n * sizeof(int));
	}
	return sendmsg(s->child.fd, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static int
start_singly(struct series *s, char *const argv[], char *const env[],
    const int descriptors[3])
{
	struct child_spec spec = s->spec;

	spec.argv = argv;
	spec.env = env;
	spec.in = descriptors[0];
	spec.out = descriptors[1];
	spec.err = descriptors[2];
	if (child_start(&s->child, &spec) < 0)
		return -1;
	s->begun++;
	return 0;
}

int
series_start(struct series *s, char *const argv[], char *const env[],
    const int descriptors[3])
{
	struct series_request request = {.verb = SERIES_RUN};
	struct series_slot *slot;
	size_t used = 0;

	if (is_singly(s))
		return start_singly(s, argv, env, descriptors);
	if (need_keeper(s) < 0)
		return -1;
	request.number = s->begun;
	slot = &s->shared->slot[request.number % SERIES_DEPTH];
	if (!put_words(slot, &used, argv, &request.argc) ||
	    !put_words(slot, &used, env, &request.envc)) {
		errno = E2BIG;
		return -1;
	}
	/* A keeper that is gone is met by series_next. */
	if (send_request(s, &request, descriptors) < 0 && errno != EPIPE)
		return -1;
	s->begun++;
	return 0;
}

static void
order(struct series *s, enum series_verb verb, int signal)
{
	struct series_request request = {
	    .verb = verb, .number = s->ended, .signal = signal};

	if (s->begun == s->ended || s->child.fd < 0)
		return;
	/* Targets stop their parent. */
	kill(s->child.keeper, SIGCONT);
	(void)send_request(s, &request, NULL);
}

void
series_signal(struct series *s, int signal)
{
	if (is_singly(s))
		child_signal(&s->child, signal, true);
	else
		order(s, SERIES_SIGNAL, signal);
}

void
series_kill(struct series *s)
{
	if (is_singly(s))
		child_kill(&s->child);
	else
		order(s, SERIES_KILL, 0);
}

static enum series_event
next_singly(struct series *s, struct child_end *end, int timeout_ms)
{
	enum child_event event;

	do
		event = child_next(&s->child, end, timeout_ms);
	while (event == CHILD_EXITED);
	if (event != CHILD_GONE)
		return SERIES_NOTHING;
	s->ended++;
	return SERIES_GONE;
}

/* The keeper was killed, and with it what it had not begun. */
static enum series_event
keeper_lost(struct series *s, struct child_end *end)
{
	*end = (struct child_end){.wait_status = SIGKILL};
	child_keeper_lost(&s->child, end);
	s->ended++;
	return SERIES_GONE;
}

static enum series_event
never_begun(struct series *s)
{
	s->ended++;
	errno = ECHILD;
	return SERIES_FAILED;
}

enum series_event
series_next(struct series *s, struct child_end *end, int timeout_ms)
{
	struct pollfd p = {.fd = s->child.fd, .events = POLLIN};
	struct keeper_report report;

	if (s->begun == s->ended)
		return SERIES_NOTHING;
	if (is_singly(s))
		return next_singly(s, end, timeout_ms);
	if (s->child.fd < 0)
		return never_begun(s);
	if (timeout_ms != 0 && poll(&p, 1, timeout_ms) <= 0)
		return SERIES_NOTHING;
	switch (keeper_receive(s->child.fd, &report, timeout_ms == 0)) {
	case -1:
		return SERIES_NOTHING;
	case 0:
		return keeper_lost(s, end);
	}
	s->ended++;
	if (report.event == KEEPER_FAILED) {
		errno = report.error;
		return SERIES_FAILED;
	}
	*end = (struct child_end){.wait_status = report.wait_status,
	    .cpu_ms = report.cpu_ms,
	    .peak_rss_bytes = report.peak_rss_bytes,
	    .swept = report.swept,
	    .left = report.left};
	return SERIES_GONE;
}

void
series_release(struct series *s)
{
	if (is_singly(s)) {
		child_release(&s->child);
	} else if (s->child.fd >= 0) {
		kill(s->child.keeper, SIGCONT);
		/* Upon which it ends all that there is and itself. */
		shutdown(s->child.fd, SHUT_WR);
		waitpid(s->child.keeper, NULL, 0);
		keeper_forget(s->child.keeper);
		close(s->child.fd);
		child_drop_cgroup(&s->child);
	}
	if (s->shared != NULL)
		munmap(s->shared, sizeof *s->shared);
	series_init(s, &s->spec);
}
