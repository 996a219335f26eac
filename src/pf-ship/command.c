/* The destination exec: is a command that reads lines. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "child.h"
#include "clock.h"
#include "judge.h"

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
	if (code != 0)
		buf_addf(why, "the command ended with %d", code);
	return judge_exit(code);
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

static struct consignment *
next(struct destination *d)
{
	struct consignment *c = d->waiting;

	c->result = deliver(d, c, &c->why);
	return c->result == DELIVERY_INTERRUPTED ? NULL : c;
}

static int
open_exec(struct destination *d, const char *rest, struct buf *why)
{
	if (*rest == '\0') {
		buf_add_str(why, "no command after exec:");
		return EX_USAGE;
	}
	strvec_add(&d->argv, "/bin/sh");
	strvec_add(&d->argv, "-c");
	strvec_add(&d->argv, rest);
	return 0;
}

const struct destination_scheme destination_exec = {.prefix = "exec:",
    .open = open_exec,
    .send = destination_keep,
    .next = next};
