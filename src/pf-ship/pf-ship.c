/*
 * pf-ship - spool event lines durably and deliver them in batches until they
 * are taken.
 */
#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sysexits.h>

#include "msg.h"
#include "options.h"
#include "out.h"
#include "recover.h"
#include "retry_rejected.h"
#include "ship.h"

/* A descriptor that is readable once one of these signals has come. */
static int
open_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		msg_die(EX_OSERR, "watch for signals");
	return fd;
}

/*
 * 0, or an exit status after a sentence: the destination cannot be set up. Ends
 * the program where its URL is none.
 */
static int
open_destination(struct options *o, struct destination *d)
{
	struct buf why = BUF_INIT, name = BUF_INIT;
	int status = destination_open(d, o->to, &o->destination, &why);

	destination_name(&name, o->to);
	if (status == EX_USAGE) {
		struct buf sentence = BUF_INIT;

		buf_addf(&sentence, "%s: %s", name.data, why.data);
		options_refuse(sentence.data);
	}
	if (status != 0)
		msg_warnx("%s: %s", name.data, why.data);
	buf_release(&why);
	buf_release(&name);
	return status;
}

static int
spool_only(struct options *o, struct spool *s)
{
	return intake(s, &o->limits, o->deliver.signals, -1);
}

static int
deliver(struct options *o, struct spool *s)
{
	struct destination d;
	int status = open_destination(o, &d);

	if (status != 0) {
		/* Who writes to us cannot know, and would lose it all. */
		if (o->mode == MODE_SHIP)
			status = exit_worse(status, spool_only(o, s));
		destination_close(&d);
		return status;
	}
	if (o->mode == MODE_RETRY_REJECTED)
		status = retry_rejected(s, &o->limits);
	status = exit_worse(status,
	    o->mode == MODE_SHIP ? ship(s, &o->limits, &d, &o->deliver)
				 : deliver_all(s, &d, &o->deliver));
	destination_close(&d);
	return status;
}

static int
run(struct options *o, struct spool *s)
{
	int status;

	if (o->mode == MODE_STATUS)
		return status_print(s, o->format);
	status = recover(s);
	if (o->mode == MODE_SPOOL_ONLY)
		return exit_worse(status, spool_only(o, s));
	if (o->mode == MODE_RETRY_REJECTED && o->to == NULL)
		return exit_worse(status, retry_rejected(s, &o->limits));
	return exit_worse(status, deliver(o, s));
}

/* Whoever has nothing to write there means one that has been written to. */
static bool
is_missed(const struct options *o)
{
	return (o->mode == MODE_DRAIN || o->mode == MODE_RETRY_REJECTED) &&
	    access(o->spool, F_OK) < 0 && errno == ENOENT;
}

/* From errno; only --status can miss a spool. */
static int
tell_no_spool(const struct options *o)
{
	int status = msg_exit_code(errno);

	if (o->mode != MODE_STATUS && (status == EX_NOINPUT || errno == EROFS))
		status = EX_CANTCREAT;
	msg_warn("%s the spool %s", status == EX_CANTCREAT ? "make" : "open",
	    msg_quote(o->spool));
	return status;
}

int
main(int argc, char *argv[])
{
	struct options o;
	struct spool spool;
	bool missed;
	int status;

	msg_init("pf-ship");
	options_parse(&o, argc, argv);
	o.deliver.signals = o.destination.signals = open_signals();
	missed = is_missed(&o);
	if (spool_open(&spool, o.spool, o.mode != MODE_STATUS) == 0) {
		if (missed)
			msg_warnx("the spool %s was not there: it was made, "
				  "and there is nothing to deliver",
			    msg_quote(o.spool));
		status = run(&o, &spool);
		spool_release(&spool);
	} else {
		status = tell_no_spool(&o);
	}
	options_release(&o);
	return out_close(status);
}
