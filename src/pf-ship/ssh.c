/* The destination ssh://: a session with a command on another machine. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "become.h"
#include "judge.h"
#include "mem.h"
#include "session.h"

/* How long ssh may take to end when there is nothing more to say. */
#define END_MS 10000
/* The socket's path has 108 bytes; ssh adds a slash, 40 of %C, and 17 while it
 * makes it, and there is a NUL. */
#define CONTROL_MAX (108 - 1 - 40 - 17 - 1)

struct ssh {
	struct session session;
	pid_t pid; /* 0: it does not run */
	int in, out;
	/* What is in flight when a session breaks ends so. */
	enum delivery broken;
	struct buf why;
};

static _Noreturn void
run_ssh(char *const argv[], pid_t parent, int in, int out)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(127);
	become_default_signals();
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    close_range(STDERR_FILENO + 1, UINT_MAX, 0) < 0)
		_exit(127);
	execvp(argv[0], argv);
	_exit(127);
}

/* 0, or -1 with errno. */
static int
start(struct ssh *t, char *const argv[])
{
	int to[2], from[2];
	pid_t parent = getpid();

	if (pipe2(to, O_CLOEXEC) < 0)
		return -1;
	if (pipe2(from, O_CLOEXEC) < 0) {
		close(to[0]);
		close(to[1]);
		return -1;
	}
	/* An ssh that has ended is told of by its exit status. */
	signal(SIGPIPE, SIG_IGN);
	t->pid = fork();
	if (t->pid == 0)
		run_ssh(argv, parent, to[0], from[1]);
	close(to[0]);
	close(from[1]);
	t->in = from[0];
	t->out = to[1];
	t->session.in = t->in;
	t->session.out = t->out;
	buf_clear(&t->session.answers);
	if (t->pid > 0)
		return 0;
	t->pid = 0;
	close(t->in);
	close(t->out);
	return -1;
}

/* Its wait status, once it has ended by itself or was made to. */
static int
end(struct ssh *t, bool now)
{
	struct pollfd p = {.fd = pidfd_open(t->pid, 0), .events = POLLIN};
	int status = 0, ended;

	close(t->out);
	close(t->in);
	if (now)
		kill(t->pid, SIGTERM);
	do
		ended = p.fd < 0 ? 0 : poll(&p, 1, END_MS);
	while (ended < 0 && errno == EINTR);
	if (ended == 0)
		kill(t->pid, SIGKILL);
	while (waitpid(t->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (p.fd >= 0)
		close(p.fd);
	t->pid = 0;
	return status;
}

static void
close_ssh(struct destination *d)
{
	struct ssh *t = d->state;

	if (t == NULL)
		return;
	if (t->pid > 0)
		end(t, t->session.first != NULL);
	session_release(&t->session);
	buf_release(&t->why);
	free(t);
}

/* What a session that ended too early means for what it has not answered. */
static void
judge_end(struct ssh *t, int wait_status)
{
	int code = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 0;

	t->broken = judge_exit(code);
	if (t->broken != DELIVERY_FORBIDDEN && t->broken != DELIVERY_UNUSABLE)
		t->broken = DELIVERY_TEMPORARY;
	if (WIFSIGNALED(wait_status))
		buf_addf(&t->why, "; ssh was ended by signal %d",
		    WTERMSIG(wait_status));
	else
		buf_addf(&t->why, "; ssh ended with %d", code);
}

static void
send_ssh(struct destination *d, struct consignment *c)
{
	struct ssh *t = d->state;

	session_send(&t->session, c);
}

static struct consignment *
pop_broken(struct ssh *t)
{
	struct consignment *c = session_pop(&t->session);

	c->result = t->broken;
	buf_clear(&c->why);
	buf_add(&c->why, t->why.data, t->why.len);
	/* With the last of them all is forgotten: the next try is a session
	 * of its own. */
	if (t->session.first == NULL)
		buf_clear(&t->why);
	return c;
}

static struct consignment *
next(struct destination *d)
{
	struct ssh *t = d->state;

	if (t->why.len > 0)
		return pop_broken(t);
	if (t->pid == 0 && start(t, d->argv.item) < 0) {
		buf_addf(&t->why, "start ssh: %s", strerror(errno));
		t->broken = DELIVERY_TEMPORARY;
		return pop_broken(t);
	}
	switch (session_next(
	    &t->session, d->options.signals, d->options.timeout_ms, &t->why)) {
	case SESSION_ANSWERED:
		return session_pop(&t->session);
	case SESSION_INTERRUPTED:
		return NULL;
	case SESSION_BROKEN:
		break;
	}
	judge_end(t, end(t, false));
	return pop_broken(t);
}

static bool
is_port(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!isdigit((unsigned char)text[i]))
			return false;
	return len > 0 && len <= 5;
}

/* ssh expands % and splits at spaces: other characters are not worth it. */
static bool
add_control_path(struct destination *d, const char *directory)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
	char *path = directory == NULL ? NULL : realpath(directory, NULL);
	bool fits = path != NULL && strlen(path) <= CONTROL_MAX &&
	    strspn(path, plain) == strlen(path);

	if (fits)
		strvec_addf(&d->argv, "-oControlPath=%s/%%C", path);
	free(path);
	return fits;
}

static void
add_options(struct destination *d)
{
	const struct destination_options *o = &d->options;

	strvec_add(&d->argv, "ssh");
	strvec_add(&d->argv, "-oBatchMode=yes");
	strvec_add(&d->argv, "-oServerAliveInterval=15");
	strvec_add(&d->argv, "-oServerAliveCountMax=4");
	strvec_addf(&d->argv, "-oConnectTimeout=%lld",
	    (long long)(o->connect_timeout_ms + 999) / 1000);
	if (o->ssh_persist_ms > 0 &&
	    (add_control_path(d, o->spool) ||
		add_control_path(d, getenv("XDG_RUNTIME_DIR")))) {
		strvec_add(&d->argv, "-oControlMaster=auto");
		strvec_addf(&d->argv, "-oControlPersist=%lld",
		    (long long)(o->ssh_persist_ms + 999) / 1000);
	}
	if (o->ssh_config != NULL)
		strvec_addf(&d->argv, "-F%s", o->ssh_config);
}

/* An address in brackets is given to ssh without them. */
static void
add_host(struct destination *d, const char *host, size_t len)
{
	struct buf name = BUF_INIT;
	size_t i;

	for (i = 0; i < len; i++)
		if (host[i] != '[' && host[i] != ']')
			buf_add_char(&name, host[i]);
	strvec_add(&d->argv, "--");
	strvec_add(&d->argv, name.data);
	buf_release(&name);
}

/* [user@]host[:port][/]; an IPv6 address stands in brackets. */
static const char *
parse(struct destination *d, const char *rest)
{
	size_t len = strcspn(rest, "/");
	const char *port = memchr(rest, ':', len);
	size_t host_len;

	if (memchr(rest, ']', len) != NULL) {
		const char *after = memchr(rest, ']', len);

		port = after + 1 < rest + len ? after + 1 : NULL;
		if (port != NULL && *port != ':')
			return "nothing but a port may follow the address";
	}
	host_len = port != NULL ? (size_t)(port - rest) : len;
	if (host_len == 0 || *rest == '-')
		return "no host in it";
	if (rest[len] != '\0' && rest[len + 1] != '\0')
		return "an ssh URL has no path; see --remote";
	if (port != NULL && !is_port(port + 1, len - host_len - 1))
		return "the port is not a number";
	add_options(d);
	if (port != NULL)
		strvec_addf(
		    &d->argv, "-p%.*s", (int)(len - host_len - 1), port + 1);
	add_host(d, rest, host_len);
	strvec_add(&d->argv, d->options.remote);
	return NULL;
}

static int
open_ssh(struct destination *d, const char *rest, struct buf *why)
{
	const char *wrong = parse(d, rest);
	struct ssh *t;

	if (wrong != NULL) {
		buf_add_str(why, wrong);
		return EX_USAGE;
	}
	t = mem_calloc(1, sizeof *t);
	session_init(&t->session, -1, -1);
	buf_init(&t->why);
	d->state = t;
	return 0;
}

const struct destination_scheme destination_ssh = {.prefix = "ssh://",
    .several = true,
    .open = open_ssh,
    .close = close_ssh,
    .send = send_ssh,
    .next = next};
