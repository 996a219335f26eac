/* The loop of listing, sending, waiting and removing. */
#include "deliver.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sysexits.h>

#include "backoff.h"
#include "clock.h"
#include "lock.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "reject.h"
#include "stage.h"

/* How often other writers' batches, and a lock held by another, are seen to. */
#define RESCAN_MS 2000
#define LOCK_POLL_MS 200
/* A batch is halved until a line is alone: one level for each bit. */
#define SPLIT_DEPTH 64

struct courier {
	struct spool *spool;
	struct destination *destination;
	const struct deliver_options *options;
	bool finishing;        /* no more batches will be written for us */
	unsigned failures;     /* in a row */
	int64_t failing_since; /* clock_monotonic() */
	struct buf why, told;  /* reasons: the present, the last one told */
	struct buf file;       /* the batch in hand */
	struct buf rejects;    /* of the batch in hand */
	int status;
	bool stop;
};

/* A run of whole lines of a payload. */
struct range {
	const char *bytes;
	size_t len;
	uint64_t first, lines; /* counted from 0 in the batch */
};

static void
stop(struct courier *c, int status)
{
	c->status = exit_worse(c->status, status);
	c->stop = true;
}

static void
read_notify(struct courier *c)
{
	char news[256];

	if (read(c->options->notify, news, sizeof news) == 0)
		c->finishing = true;
}

/*
 * Waits so long, or shorter if `wake` and there is news. A signal stops the
 * courier.
 */
static void
pause_for(struct courier *c, int64_t ms, bool wake)
{
	int64_t until = clock_monotonic() + ms;

	while (!c->stop) {
		struct pollfd p[] = {
		    {.fd = c->options->signals, .events = POLLIN},
		    {.fd = c->finishing ? -1 : c->options->notify,
			.events = POLLIN}};
		int64_t left = until - clock_monotonic();

		if (left < 0)
			left = 0;
		if (poll(p, 2, left > 60000 ? 60000 : (int)left) == 0 &&
		    left <= 60000)
			return;
		if (p[0].revents != 0)
			stop(c, 0);
		else if (p[1].revents != 0)
			read_notify(c);
		if (wake && p[1].revents != 0)
			return;
	}
}

/* Once for each reason in a row; every time with -v. */
static void
tell(struct courier *c, const char *key)
{
	if (strcmp(c->why.data, c->told.data) == 0) {
		msg_info("%s: %s", key, c->why.data);
		return;
	}
	msg_warnx("%s: %s: kept, to be tried again", key, c->why.data);
	buf_clear(&c->told);
	buf_add(&c->told, c->why.data, c->why.len);
}

static void
back_off(struct courier *c, const char *key)
{
	const struct deliver_options *o = c->options;
	int64_t now = clock_monotonic(), delay, left;
	uint64_t random = 0;

	if (c->failures == 0)
		c->failing_since = now;
	tell(c, key);
	(void)!getrandom(&random, sizeof random, 0);
	delay = backoff_delay(
	    c->failures++, o->retry_min_ms, o->retry_max_ms, random);
	left = c->failing_since + o->max_elapsed_ms - now;
	if (c->finishing && o->max_elapsed_ms >= 0 && left <= 0) {
		msg_warnx("gave up for now; everything is kept");
		stop(c, EX_TEMPFAIL);
		return;
	}
	if (c->finishing && o->max_elapsed_ms >= 0 && delay > left)
		delay = left;
	pause_for(c, delay, false);
}

/* Until the lines are taken or refused, or the courier is to stop. */
static enum delivery
send_lines(struct courier *c, const struct consignment *lines)
{
	enum delivery result = DELIVERY_INTERRUPTED;

	while (!c->stop) {
		result = destination_deliver(c->destination, lines, &c->why);
		switch (result) {
		case DELIVERY_TEMPORARY:
			back_off(c, lines->key);
			continue;
		case DELIVERY_FORBIDDEN:
		case DELIVERY_UNUSABLE:
			msg_warnx("%s: %s: delivery stops, everything is kept",
			    lines->key, c->why.data);
			stop(c,
			    result == DELIVERY_FORBIDDEN ? EX_NOPERM
							 : EX_UNAVAILABLE);
			break;
		case DELIVERY_INTERRUPTED:
			stop(c, 0);
			break;
		case DELIVERY_REMARKED:
			msg_warnx("%s: %s: delivered, with lines rejected "
				  "over there",
			    lines->key, c->why.data);
			c->status = exit_worse(c->status, 1);
			break;
		case DELIVERY_CONFLICT:
		case DELIVERY_DONE:
		case DELIVERY_REFUSED:
			break;
		}
		c->failures = 0;
		buf_clear(&c->told);
		return result;
	}
	return DELIVERY_INTERRUPTED;
}

static void
refuse_lines(struct courier *c, const char *key, const struct range *r)
{
	const char *at = r->bytes;
	uint64_t i;

	for (i = 0; i < r->lines; i++) {
		const char *end =
		    memchr(at, '\n', (size_t)(r->bytes + r->len - at));
		char *from =
		    mem_printf("%s line %" PRIu64, key, r->first + i + 1);

		msg_warnx("%s: refused: %s", from, c->why.data);
		reject_write(
		    &c->rejects, c->why.data, from, at, (size_t)(end - at));
		free(from);
		at = end + 1;
	}
	c->status = exit_worse(c->status, 1);
}

/* Cuts the first half of the lines off `r`, which keeps the rest. */
static struct range
split(struct range *r)
{
	struct range half = {r->bytes, 0, r->first, r->lines / 2};
	const char *at = r->bytes;
	uint64_t i;

	for (i = 0; i < half.lines; i++)
		at = (const char *)memchr(
			 at, '\n', (size_t)(r->bytes + r->len - at)) +
		    1;
	half.len = (size_t)(at - r->bytes);
	r->bytes = at;
	r->len -= half.len;
	r->first += half.lines;
	r->lines -= half.lines;
	return half;
}

/* True when every line of the batch has found its place. */
static bool
send_batch(struct courier *c, const struct batch *b)
{
	struct range todo[SPLIT_DEPTH] = {
	    {c->file.data + BATCH_HEADER, b->bytes, 0, b->lines}};
	unsigned count = 1;

	while (count > 0) {
		struct range r = todo[--count], half;
		char *key = r.lines == b->lines
		    ? mem_dup(b->key)
		    : mem_printf("%s.%" PRIu64 "-%" PRIu64, b->key, r.first + 1,
			  r.first + r.lines);
		struct consignment lines = {key, r.bytes, r.len};
		enum delivery result = send_lines(c, &lines);

		free(key);
		if (c->stop)
			return false;
		if (result == DELIVERY_CONFLICT ||
		    (result == DELIVERY_REFUSED && r.lines == 1))
			refuse_lines(c, b->key, &r);
		if (result != DELIVERY_REFUSED || r.lines == 1)
			continue;
		half = split(&r);
		todo[count++] = r;
		todo[count++] = half;
	}
	return true;
}

/* The batch is done with: its refused lines are kept, then it goes. */
static void
remove_batch(struct courier *c, const char *key)
{
	char *name = mem_printf("%s.jsonl", key);

	if (c->rejects.len > 0 &&
	    stage_write(c->spool->rejected, name, c->rejects.data,
		c->rejects.len) < 0) {
		msg_warn("write %s to rejected/", name);
		stop(c, msg_exit_code(errno));
	} else if (unlinkat(c->spool->new, key, 0) < 0 && errno != ENOENT) {
		msg_warn("remove %s, which was delivered", key);
		stop(c, msg_exit_code(errno));
	}
	free(name);
}

static void
take_file(struct courier *c, const char *name)
{
	struct batch b;
	int error;
	const char *why = spool_read(c->spool, name, &b, &c->file, &error);

	if (why != NULL && error == 0) {
		c->status = exit_worse(c->status, 1);
		if (spool_set_aside(c->spool, c->spool->new, name, why) < 0)
			stop(c, msg_exit_code(errno));
		return;
	}
	if (why != NULL) {
		msg_warnx("read %s: %s", msg_quote(name), why);
		stop(c, msg_exit_code(error));
		return;
	}
	buf_clear(&c->rejects);
	if (send_batch(c, &b))
		remove_batch(c, b.key);
}

/* One window of batches; how many there were. */
static int
take_window(struct courier *c)
{
	char *names[SPOOL_WINDOW];
	int count = spool_oldest(c->spool, names), i;

	if (count < 0) {
		msg_warn("read new/ of the spool");
		stop(c, msg_exit_code(errno));
	}
	for (i = 0; i < count; i++) {
		if (!c->stop)
			take_file(c, names[i]);
		free(names[i]);
	}
	return count;
}

/* The lock's descriptor; -1 when somebody else has seen to our batches. */
static int
take_lock(struct courier *c)
{
	int64_t since = clock_monotonic();
	int fd;

	while ((fd = lock_take(c->spool->dir, "lock")) < 0 && !c->stop) {
		if (errno != EWOULDBLOCK) {
			msg_warn("lock the spool");
			stop(c, msg_exit_code(errno));
		} else if (c->options->notify < 0 ||
		    (c->finishing && c->options->max_elapsed_ms >= 0 &&
			clock_monotonic() - since >=
			    c->options->max_elapsed_ms)) {
			msg_warnx("another pf-ship delivers from this spool");
			stop(c, EX_TEMPFAIL);
		} else if (c->finishing && !spool_has_own(c->spool))
			stop(c, 0);
		else
			pause_for(c, LOCK_POLL_MS, false);
	}
	return fd;
}

int
deliver_all(struct spool *s, struct destination *d,
    const struct deliver_options *options)
{
	struct courier c = {.spool = s,
	    .destination = d,
	    .options = options,
	    .finishing = options->notify < 0,
	    .why = BUF_INIT,
	    .told = BUF_INIT,
	    .file = BUF_INIT,
	    .rejects = BUF_INIT};
	int lock = take_lock(&c);

	while (!c.stop) {
		bool last = c.finishing;

		if (take_window(&c) > 0)
			continue;
		/* Only a look after the last word was said is the last. */
		if (last)
			break;
		pause_for(&c, RESCAN_MS, true);
	}
	if (lock >= 0)
		close(lock);
	buf_release(&c.why);
	buf_release(&c.told);
	buf_release(&c.file);
	buf_release(&c.rejects);
	return c.status;
}
