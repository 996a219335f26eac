/* The actions of the table. */
#include "life.h"

#include <errno.h>
#include <math.h>

#include "alert.h"
#include "clock.h"
#include "mem.h"
#include "msg.h"
#include "tell.h"

/* A keeper gives up on what cannot be killed after 20 s. */
#define KILL_PATIENCE_MS 30000

static void
set_reason(struct fuzzer *f, const char *reason)
{
	char *copy = mem_dup(reason);

	free(f->reason);
	f->reason = copy;
}

static void
start(struct supervisor *s, struct fuzzer *f)
{
	s->totals.last_start_ms = clock_now();
	if (fuzzer_start(f) < 0) {
		free(f->reason);
		f->reason =
		    mem_printf("cannot be started: %s", strerror(errno));
		life_step(s, f, MACHINE_NOT_STARTED);
		return;
	}
	if (f->alert != NULL)
		alert_tell(s->journal,
		    &(struct alert){.name = f->alert,
			.severity = "warning",
			.instance = f->instance,
			.value = NAN,
			.threshold = NAN,
			.message = "it was started again"});
	f->alert = NULL;
	if (!s->announced_running)
		tell_job(s, "running", NULL, f);
	s->announced_running = true;
}

/* An end that is part of the work is not told, unless it blocks the work. */
static void
retry(struct supervisor *s, struct fuzzer *f)
{
	f->due_ms = clock_monotonic() + f->pause_ms;
	s->totals.restarts++;
	if (f->found && blocker_of(&f->blocker) == NULL)
		return;
	s->announced_running = false;
	tell_job(s, "restarting", f->reason, f);
}

void
life_step(struct supervisor *s, struct fuzzer *f, enum machine_event event)
{
	struct machine_step next = machine_step(f->state, event);

	f->state = next.next;
	switch (next.action) {
	case MACHINE_NOTHING:
	case MACHINE_FINISH:
		break;
	case MACHINE_START:
		start(s, f);
		break;
	case MACHINE_RETRY:
		retry(s, f);
		break;
	case MACHINE_ASK:
		fuzzer_ask(f);
		break;
	case MACHINE_KILL:
		if (f->killed)
			child_kill_keeper(&f->child);
		else
			child_kill(&f->child);
		f->killed = true;
		f->grace_end_ms = clock_monotonic() + KILL_PATIENCE_MS;
		break;
	case MACHINE_FAIL:
		f->failed = true;
		break;
	}
}

void
life_stop_all(struct supervisor *s, const char *reason)
{
	unsigned i;

	if (strcmp(s->state, "stopping") != 0)
		tell_job(s, "stopping", reason, NULL);
	for (i = 0; i < s->count; i++) {
		struct fuzzer *f = &s->fuzzer[i];

		f->down |= (f->held & FUZZER_HOLD_SPACE) ||
		    (f->state == MACHINE_WAITING && f->failures > 0);
		life_step(s, f, MACHINE_STOP);
	}
}

void
life_restart(struct supervisor *s, struct fuzzer *f, const char *reason)
{
	if (f->state != MACHINE_RUNNING)
		return;
	free(f->cause);
	f->cause = mem_dup(reason);
	life_step(s, f, MACHINE_LEAVE);
}

static void
hold(struct supervisor *s, struct fuzzer *f, enum fuzzer_hold cause,
    const char *reason)
{
	f->held |= cause;
	set_reason(f, reason);
	if (f->state == MACHINE_RUNNING) {
		free(f->cause);
		f->cause = mem_dup(reason);
	}
	life_step(s, f, MACHINE_HOLD);
}

void
life_hold(struct supervisor *s, struct fuzzer *f, enum fuzzer_hold cause,
    const char *reason)
{
	unsigned i;

	if (f != NULL) {
		hold(s, f, cause, reason);
	} else {
		for (i = 0; i < s->count; i++)
			hold(s, &s->fuzzer[i], cause, reason);
	}
	s->announced_running = false;
	tell_job(s, "restarting", reason, f);
}

static void
release(struct supervisor *s, struct fuzzer *f, enum fuzzer_hold cause)
{
	f->held &= ~(unsigned)cause;
	if (f->held == 0)
		life_step(s, f, MACHINE_RELEASE);
}

void
life_release(struct supervisor *s, struct fuzzer *f, enum fuzzer_hold cause)
{
	unsigned i;

	if (f != NULL) {
		release(s, f, cause);
		return;
	}
	for (i = 0; i < s->count; i++)
		release(s, &s->fuzzer[i], cause);
}

void
life_gone(struct supervisor *s, struct fuzzer *f, enum machine_event event)
{
	s->cpu_ms += f->end.cpu_ms;
	if (f->end.peak_rss_bytes > s->peak_rss_bytes)
		s->peak_rss_bytes = f->end.peak_rss_bytes;
	if (f->end.left > 0)
		msg_warnx("%u processes of %s could not be killed", f->end.left,
		    msg_quote(f->instance));
	watch_read(&s->watch);
	/* While what it said is there to be asked for. */
	crashes_settle(&s->crashes, clock_monotonic(), false);
	life_step(s, f, event);
}
