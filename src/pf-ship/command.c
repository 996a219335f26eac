/* Destinations that are commands reading lines: exec: and ssh://. */
#include "command.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "child.h"
#include "clock.h"

enum delivery
command_judge(int wait_status, bool read_all, struct buf *why)
{
	int code;

	if (WIFSIGNALED(wait_status)) {
		buf_addf(why, "the command was ended by signal %d",
		    WTERMSIG(wait_status));
		return DELIVERY_TEMPORARY;
	}
	code = WEXITSTATUS(wait_status);
	if (code <= 1 && !read_all) {
		buf_addf(why,
		    "the command ended with %d before it had read "
		    "all lines",
		    code);
		return DELIVERY_TEMPORARY;
	}
	if (code == 0)
		return DELIVERY_DONE;
	buf_addf(why, "the command ended with %d", code);
	switch (code) {
	case 1:
		return DELIVERY_REMARKED;
	case EX_DATAERR:
		return DELIVERY_REFUSED;
	case EX_NOPERM:
		return DELIVERY_FORBIDDEN;
	/* These say that the command or its options are wrong. No line is to
	 * blame: to refuse them all would empty the spool. */
	case EX_USAGE:
	case EX_NOINPUT:
	case EX_CONFIG:
	case 126:
	case 127:
		return DELIVERY_UNUSABLE;
	default:
		return DELIVERY_TEMPORARY;
	}
}

/* A batch on its way into a command. */
struct feed {
	struct child child;
	int in[2]; /* the pipe; we keep both ends to see what was read */
	const char *bytes;
	size_t left;
	int64_t deadline;
	bool ended;
	struct child_end end;
};

static int
feed_start(struct feed *f, struct destination *d)
{
	struct child_spec spec = {.argv = d->argv.item,
	    .env = environ,
	    .out = -1,
	    .err = STDERR_FILENO,
	    .containment = CHILD_KEEPER};
	int saved;

	if (pipe2(f->in, O_CLOEXEC) < 0)
		return -1;
	fcntl(f->in[1], F_SETFL, O_NONBLOCK);
	spec.in = f->in[0];
	if (child_start(&f->child, &spec) == 0)
		return 0;
	saved = errno;
	close(f->in[0]);
	close(f->in[1]);
	errno = saved;
	return -1;
}

static void
feed_write(struct feed *f)
{
	ssize_t n = write(f->in[1], f->bytes, f->left);

	if (n > 0) {
		f->bytes += n;
		f->left -= (size_t)n;
	}
	if (f->left == 0) {
		close(f->in[1]);
		f->in[1] = -1;
	}
}

/* Feeds until the command has ended; false on a time-out or a signal. */
static bool
feed_run(struct feed *f, int signals, bool *interrupted)
{
	while (!f->ended) {
		struct pollfd p[] = {{.fd = signals, .events = POLLIN},
		    {.fd = f->child.fd, .events = POLLIN},
		    {.fd = f->in[1], .events = POLLOUT}};
		int64_t left = f->deadline - clock_monotonic();

		if (left <= 0)
			return false;
		if (poll(p, 3, left > 60000 ? 60000 : (int)left) <= 0)
			continue;
		*interrupted = p[0].revents != 0;
		if (*interrupted)
			return false;
		if (p[1].revents != 0)
			f->ended =
			    child_next(&f->child, &f->end, 0) != CHILD_NOTHING;
		else if (p[2].revents != 0)
			feed_write(f);
	}
	return true;
}

static bool
feed_was_read(const struct feed *f)
{
	int unread = 0;

	return f->left == 0 && ioctl(f->in[0], FIONREAD, &unread) == 0 &&
	    unread == 0;
}

static enum delivery
deliver(struct destination *d, const struct consignment *c, struct buf *why)
{
	struct feed f = {.bytes = c->bytes,
	    .left = c->len,
	    .deadline = clock_monotonic() + d->options.timeout_ms};
	bool interrupted = false;
	enum delivery result;

	if (feed_start(&f, d) < 0) {
		int error = errno;

		buf_addf(why, "start %s: %s", d->argv.item[0], strerror(error));
		return error == ENOENT || error == EACCES ? DELIVERY_UNUSABLE
							  : DELIVERY_TEMPORARY;
	}
	if (feed_run(&f, d->options.signals, &interrupted)) {
		result =
		    command_judge(f.end.wait_status, feed_was_read(&f), why);
	} else {
		buf_add_str(why, "the command took too long");
		result =
		    interrupted ? DELIVERY_INTERRUPTED : DELIVERY_TEMPORARY;
	}
	child_release(&f.child);
	close(f.in[0]);
	if (f.in[1] >= 0)
		close(f.in[1]);
	return result;
}

static const char *
open_exec(struct destination *d, const char *rest)
{
	if (*rest == '\0')
		return "no command after exec:";
	strvec_add(&d->argv, "/bin/sh");
	strvec_add(&d->argv, "-c");
	strvec_add(&d->argv, rest);
	return NULL;
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

/* [user@]host[:port][/]; an IPv6 address stands in brackets. */
static const char *
open_ssh(struct destination *d, const char *rest)
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
	if (strcspn(rest, "/") != strlen(rest) && rest[len + 1] != '\0')
		return "an ssh URL has no path; see --remote";
	if (port != NULL && !is_port(port + 1, len - host_len - 1))
		return "the port is not a number";
	strvec_add(&d->argv, "ssh");
	strvec_add(&d->argv, "-oBatchMode=yes");
	if (d->options.ssh_config != NULL)
		strvec_addf(&d->argv, "-F%s", d->options.ssh_config);
	if (port != NULL)
		strvec_addf(
		    &d->argv, "-p%.*s", (int)(len - host_len - 1), port + 1);
	strvec_add(&d->argv, "--");
	strvec_addf(&d->argv, "%.*s", (int)host_len, rest);
	strvec_add(&d->argv, d->options.remote);
	return NULL;
}

const struct destination_scheme destination_exec = {
    "exec:", open_exec, deliver};
const struct destination_scheme destination_ssh = {"ssh://", open_ssh, deliver};
