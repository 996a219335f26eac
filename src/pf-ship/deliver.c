/* The loop of listing, sending, waiting and removing. */
#include "deliver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "clock.h"
#include "courier.h"
#include "lock.h"
#include "mem.h"
#include "msg.h"
#include "out.h"

/* How often other writers' batches, and a lock held by another, are seen to. */
#define RESCAN_MS 2000
#define LOCK_POLL_MS 200

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
			courier_stop(c, 0);
		else if (p[1].revents != 0)
			read_notify(c);
		if (wake && p[1].revents != 0)
			return;
	}
}

/* What is in nobody's power is told of, passed over, and blocks nothing. */
static void
leave(struct courier *c, const char *name, int status)
{
	c->status = exit_worse(c->status, status);
	if (names_find(&c->stuck, name, strlen(name)) == NULL)
		names_add(&c->stuck, name, strlen(name), 0);
}

static void
cannot_load(struct courier *c, const char *name, const char *why, int error)
{
	progress_clear(&c->progress);
	if (error == ENOENT)
		return; /* dropped, or another's */
	if (error != 0) {
		msg_warnx(
		    "read %s: %s: left where it is", msg_quote(name), why);
		leave(c, name, msg_exit_code(error));
		return;
	}
	c->status = exit_worse(c->status, 1);
	if (spool_set_aside(c->spool, c->spool->new, name, why) < 0)
		leave(c, name, msg_exit_code(errno));
}

/* Is there room for one more batch, of that name, in the window? */
static bool
has_room(const struct courier *c, const char *name)
{
	struct stat st;

	if (c->loaded == 0)
		return true;
	return c->loaded < c->window &&
	    (fstatat(c->spool->new, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		c->loaded_bytes + (uint64_t)st.st_size <=
		    c->options->in_flight_bytes);
}

static void
load(struct courier *c)
{
	struct parcel *p = c->parcel;

	while (!c->stop && c->next < c->names.count &&
	    has_room(c, c->names.name[c->next])) {
		const char *name = c->names.name[c->next++], *why;
		int error;

		while (p->loaded)
			p++;
		why = parcel_load(p, c->spool, name, &error);
		if (why != NULL) {
			cannot_load(c, name, why, error);
			continue;
		}
		c->loaded++;
		c->loaded_bytes += p->batch.bytes;
	}
}

static void
unload(struct courier *c, struct parcel *p)
{
	int code = 0;

	if (parcel_finish(p, c->spool, &code) < 0)
		courier_stop(c, code);
	else
		progress_add(&c->progress, p->batch.lines);
	c->loaded--;
	c->loaded_bytes -= p->batch.bytes;
	parcel_unload(p);
}

static void
hand_over(struct courier *c, struct parcel *p)
{
	parcel_prepare(p);
	p->consignment.number = ++c->handed;
	p->flying = true;
	c->flying++;
	destination_send(c->destination, &p->consignment);
}

/* The probe is the batch that has failed the least: one that always fails
 * does not block the others. */
static struct parcel *
probe_of(const struct courier *c)
{
	struct parcel *best = c->parcel;
	size_t i;

	for (i = 0; i < c->window; i++) {
		struct parcel *p = &c->parcel[i];

		if (p->loaded && (!best->loaded || p->tries < best->tries))
			best = p;
	}
	return best;
}

/* Hands over what may be; after a failure one batch at a time. */
static void
send_waiting(struct courier *c)
{
	size_t i;

	if (c->breaker.failures > 0) {
		if (c->flying == 0 && clock_monotonic() >= c->not_before)
			hand_over(c, probe_of(c));
		return;
	}
	for (i = 0; i < c->window; i++)
		if (c->parcel[i].loaded && !c->parcel[i].flying &&
		    c->flying < destination_window(c->destination))
			hand_over(c, &c->parcel[i]);
}

/* Waits for a result and does what follows from it. */
static void
receive(struct courier *c)
{
	struct consignment *s = destination_next(c->destination);
	size_t i;

	if (s == NULL) {
		courier_stop(c, 0);
		return;
	}
	for (i = 0; &c->parcel[i].consignment != s; i++)
		;
	courier_settle(c, &c->parcel[i]);
	if (c->parcel[i].count == 0)
		unload(c, &c->parcel[i]);
}

/* Lists the oldest; false when there are none. */
static bool
list(struct courier *c)
{
	totals_add(c->spool, &c->totals);
	spool_names_release(&c->names);
	c->next = 0;
	if (spool_oldest(c->spool, NULL, &c->stuck, &c->names) < 0) {
		msg_warn("read new/ of the spool");
		courier_stop(c, msg_exit_code(errno));
	}
	c->progress.total = c->progress.batches + c->names.total;
	return c->names.count > 0;
}

/*
 * Until the next try, or news: the input may end meanwhile, and with it the
 * patience.
 */
static void
await_try(struct courier *c)
{
	int64_t most = c->options->max_elapsed_ms;

	if (c->finishing && most >= 0 && c->breaker.open &&
	    c->failing_since >= 0 && c->not_before - c->failing_since > most)
		courier_give_up(c);
	pause_for(c, c->not_before - clock_monotonic(), true);
}

static void
run(struct courier *c)
{
	bool last;

	while (!c->stop) {
		load(c);
		if (c->loaded > 0) {
			send_waiting(c);
			if (c->flying > 0)
				receive(c);
			else
				await_try(c);
			continue;
		}
		/* Only a look after the last word was said is the last. */
		last = c->finishing;
		if (c->next < c->names.count || list(c) || c->stop)
			continue;
		if (last)
			break;
		pause_for(c, RESCAN_MS, true);
	}
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
			courier_stop(c, msg_exit_code(errno));
		} else if (c->options->notify < 0 ||
		    (c->finishing && c->options->max_elapsed_ms >= 0 &&
			clock_monotonic() - since >=
			    c->options->max_elapsed_ms)) {
			msg_warnx("another pf-ship delivers from this spool");
			courier_stop(c, EX_TEMPFAIL);
		} else if (c->finishing && !spool_has_own(c->spool))
			courier_stop(c, 0);
		else
			pause_for(c, LOCK_POLL_MS, false);
	}
	return fd;
}

/* While the breaker is open a run that reads nothing has nothing to do. */
static void
ask_breaker(struct courier *c)
{
	int64_t now = clock_now(), left;

	if (c->stop || c->destination->scheme->once)
		return;
	breaker_file_open(
	    &c->breaker_file, c->spool, c->options->url, &c->breaker);
	left = breaker_left(&c->breaker, now);
	c->not_before = clock_monotonic() + left;
	if (left > 0)
		c->failing_since = clock_monotonic();
	if (left == 0 || c->options->notify >= 0 || !list(c))
		return;
	msg_warnx("the destination has failed %u times in a row and is tried "
		  "again in %.1f seconds; everything is kept",
	    c->breaker.failures, (double)left / 1000);
	courier_stop(c, EX_TEMPFAIL);
}

static void
begin(struct courier *c)
{
	size_t i;

	c->window = (size_t)destination_window(c->destination);
	c->parcel = mem_calloc(c->window, sizeof *c->parcel);
	for (i = 0; i < c->window; i++)
		parcel_init(&c->parcel[i]);
	buf_init(&c->to);
	destination_name(&c->to, c->options->url);
	buf_init(&c->told);
	progress_init(&c->progress);
}

static void
end(struct courier *c)
{
	size_t i;

	progress_clear(&c->progress);
	totals_add(c->spool, &c->totals);
	/* What is still in flight must not be looked at any more. */
	destination_close(c->destination);
	for (i = 0; i < c->window; i++)
		parcel_release(&c->parcel[i]);
	free(c->parcel);
	spool_names_release(&c->names);
	names_release(&c->stuck);
	buf_release(&c->to);
	buf_release(&c->told);
}

int
deliver_all(struct spool *s, struct destination *d,
    const struct deliver_options *options)
{
	struct courier c = {.spool = s,
	    .destination = d,
	    .options = options,
	    .stuck = NAMES_INIT,
	    .finishing = options->notify < 0,
	    .failing_since = -1};
	int lock;

	begin(&c);
	lock = take_lock(&c);
	ask_breaker(&c);
	run(&c);
	end(&c);
	if (lock >= 0)
		close(lock);
	return c.status;
}
