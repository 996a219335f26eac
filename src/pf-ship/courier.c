/* What follows from a result. */
#include "courier.h"

#include <errno.h>
#include <sys/random.h>
#include <sysexits.h>

#include "clock.h"
#include "msg.h"
#include "out.h"

void
courier_stop(struct courier *c, int status)
{
	c->status = exit_worse(c->status, status);
	c->stop = true;
}

void
courier_give_up(struct courier *c)
{
	msg_warnx("gave up for now; everything is kept");
	courier_stop(c, EX_TEMPFAIL);
}

/* Once for each reason in a row; every time with -v. */
static void
tell(struct courier *c, const struct consignment *s)
{
	if (strcmp(s->why.data, c->told.data) == 0) {
		msg_info("%s: %s: %s", s->key, c->to.data, s->why.data);
		return;
	}
	msg_warnx("%s: %s: %s: kept, to be tried again", s->key, c->to.data,
	    s->why.data);
	buf_clear(&c->told);
	buf_add(&c->told, s->why.data, s->why.len);
}

/* No more tries in this run? `delay` is cut to what is left of its time. */
static bool
is_over(struct courier *c, int64_t now, int64_t *delay)
{
	int64_t left;

	if (c->destination->scheme->once)
		return true;
	if (!c->finishing || c->options->max_elapsed_ms < 0)
		return false;
	left = c->failing_since + c->options->max_elapsed_ms - now;
	if (left > 0 && *delay <= left)
		return false;
	*delay = left;
	/* An open breaker is not tried before its time. */
	return left <= 0 || c->breaker.open;
}

static void
fail(struct courier *c, const struct parcel *p)
{
	const struct consignment *s = &p->consignment;
	int64_t now = clock_monotonic(), delay;
	uint64_t random = 0;

	c->totals.retried_batches++;
	if (s->number <= c->same_failure)
		return;
	tell(c, s);
	c->same_failure = c->handed;
	if (c->failing_since < 0)
		c->failing_since = now;
	(void)!getrandom(&random, sizeof random, 0);
	delay = breaker_fail(&c->breaker, &c->options->limits,
	    s->retry_after_ms, clock_now(), random);
	if (!c->destination->scheme->once)
		breaker_file_save(&c->breaker_file, &c->breaker);
	if (is_over(c, now, &delay))
		courier_give_up(c);
	c->not_before = now + delay;
}

/* The destination lives, whatever it thinks of this batch. */
static void
succeed(struct courier *c, const struct consignment *s)
{
	if (s->number <= c->same_failure)
		return;
	c->failing_since = -1;
	buf_clear(&c->told);
	if (breaker_succeed(&c->breaker))
		breaker_file_save(&c->breaker_file, &c->breaker);
}

static void
count_rejected(struct courier *c, uint64_t lines)
{
	c->totals.rejected_lines += lines;
	if (lines > 0)
		c->status = exit_worse(c->status, 1);
}

static void
accept(struct courier *c, struct parcel *p)
{
	uint64_t rejected;

	if (p->consignment.result == DELIVERY_REMARKED) {
		msg_warnx(
		    "%s: %s: %s: delivered, with lines rejected over there",
		    p->consignment.key, c->to.data, p->consignment.why.data);
		c->status = exit_worse(c->status, 1);
	}
	rejected = parcel_accept(p);
	count_rejected(c, rejected);
	c->totals.delivered_lines += p->consignment.lines - rejected;
}

static void
keep_all(struct courier *c, const struct consignment *s)
{
	msg_warnx("%s: %s: %s: delivery stops, everything is kept", s->key,
	    c->to.data, s->why.data);
	courier_stop(
	    c, s->result == DELIVERY_FORBIDDEN ? EX_NOPERM : EX_UNAVAILABLE);
}

void
courier_settle(struct courier *c, struct parcel *p)
{
	const struct consignment *s = &p->consignment;

	p->flying = false;
	c->flying--;
	if (s->result != DELIVERY_DONE || s->answer.count > 0)
		progress_clear(&c->progress);
	switch (s->result) {
	case DELIVERY_TEMPORARY:
	case DELIVERY_INTERRUPTED:
		p->tries++;
		fail(c, p);
		return;
	case DELIVERY_FORBIDDEN:
	case DELIVERY_UNUSABLE:
		keep_all(c, s);
		return;
	case DELIVERY_DONE:
	case DELIVERY_REMARKED:
		accept(c, p);
		break;
	case DELIVERY_REFUSED:
		count_rejected(c, parcel_refuse(p));
		break;
	case DELIVERY_CONFLICT:
		count_rejected(c, parcel_reject_all(p));
		break;
	}
	succeed(c, s);
}
