/*
 * The destination -: the session on standard output, the answers on standard
 * input, so that a master can pull.
 */
#include <signal.h>
#include <sysexits.h>

#include "mem.h"
#include "session.h"

struct stdio {
	struct session session;
	bool broken;
	struct buf why;
};

static int
open_stdio(struct destination *d, const char *rest, struct buf *why)
{
	struct stdio *t;

	if (*rest != '\0') {
		buf_add_str(why, "nothing may follow the -");
		return EX_USAGE;
	}
	t = mem_calloc(1, sizeof *t);
	session_init(&t->session, STDIN_FILENO, STDOUT_FILENO);
	buf_init(&t->why);
	d->state = t;
	/* A master that is gone is told of as any other failure. */
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

static void
close_stdio(struct destination *d)
{
	struct stdio *t = d->state;

	if (t == NULL)
		return;
	session_release(&t->session);
	buf_release(&t->why);
	free(t);
}

static void
send_stdio(struct destination *d, struct consignment *c)
{
	struct stdio *t = d->state;

	session_send(&t->session, c);
}

static struct consignment *
next(struct destination *d)
{
	struct stdio *t = d->state;
	struct consignment *c;

	if (!t->broken) {
		switch (session_next(&t->session, d->options.signals,
		    d->options.timeout_ms, &t->why)) {
		case SESSION_ANSWERED:
			return session_pop(&t->session);
		case SESSION_INTERRUPTED:
			return NULL;
		case SESSION_BROKEN:
			t->broken = true;
		}
	}
	c = session_pop(&t->session);
	c->result = DELIVERY_TEMPORARY;
	buf_clear(&c->why);
	buf_add(&c->why, t->why.data, t->why.len);
	return c;
}

const struct destination_scheme destination_stdio = {.prefix = "-",
    .several = true,
    .once = true,
    .open = open_stdio,
    .close = close_stdio,
    .send = send_stdio,
    .next = next};
