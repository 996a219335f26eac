/* The event loop: signals, children, their output, their files, the clock. */
#include "supervise.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sysexits.h>

#include "care.h"
#include "clock.h"
#include "life.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "provenance.h"
#include "tell.h"

static const char *
signal_name(int number)
{
	return number == SIGTERM ? "SIGTERM"
	    : number == SIGINT   ? "SIGINT"
				 : "SIGHUP";
}

static void
on_signal(struct supervisor *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGUSR1) {
			tell_stats(s);
			continue;
		}
		s->stop_signal = (int)info.ssi_signo;
		life_stop_all(s, signal_name(s->stop_signal));
	}
}

static void
on_clock(struct supervisor *s)
{
	int64_t now = clock_monotonic();
	unsigned i;

	if (s->deadline_ms >= 0 && now >= s->deadline_ms && !s->timed_up) {
		s->timed_up = true;
		if (s->stop_signal == 0)
			life_stop_all(s, "time used up");
	}
	if (s->stop_signal == 0 && !s->timed_up)
		care_for_space(s, now);
	care_for_corpora(s, now);
	for (i = 0; i < s->count; i++) {
		struct fuzzer *f = &s->fuzzer[i];

		if (f->state == MACHINE_WAITING && now >= f->due_ms)
			life_step(s, f, MACHINE_DUE);
		if (machine_has_grace(f->state) && now >= f->grace_end_ms)
			life_step(s, f, MACHINE_GRACE_OVER);
		if (fuzzer_runs(f))
			care_for_health(s, f, now);
	}
	if (now >= s->next_stats_ms)
		tell_stats(s);
	if (s->next_corpora_ms >= 0 && now >= s->next_corpora_ms)
		tell_corpora(s);
	if (now >= s->next_node_ms)
		tell_node(s);
	watch_tick(&s->watch, now);
	crashes_settle(&s->crashes, now, false);
	if (crashes_rescan_due(&s->crashes))
		watch_rescan(&s->watch);
	journal_retry(s->journal);
	journal_rotate(s->journal);
}

static void
on_fuzzer(struct supervisor *s, struct fuzzer *f)
{
	enum machine_event event;

	if (f->output >= 0)
		fuzzer_read(f);
	if (fuzzer_gone(f, &event))
		life_gone(s, f, event);
}

static void
on_found(void *context, enum engine_directory kind, const char *dir,
    const char *name)
{
	struct supervisor *s = context;

	crashes_found(&s->crashes, kind, dir, name);
}

static bool
on_ask(void *context, const char *instance, const char *dir, const char *name,
    struct buf *report)
{
	const struct supervisor *s = context;
	const struct engine *engine = s->job->engine;
	unsigned i;

	for (i = 0; engine->report != NULL && i < s->count; i++)
		if (strcmp(s->fuzzer[i].instance, instance) == 0)
			return engine->report(s->fuzzer[i].log, s->job->fd, dir,
			    name, PROVENANCE_REPORT_MAX, report);
	return false;
}

static bool
all_ended(const struct supervisor *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (s->fuzzer[i].state != MACHINE_ENDED)
			return false;
	return s->minimize.child.fd < 0;
}

static void
earlier(int64_t *due, int64_t other)
{
	if (other >= 0 && other < *due)
		*due = other;
}

static int
milliseconds_to_wait(const struct supervisor *s)
{
	int64_t due = s->next_stats_ms, now = clock_monotonic();
	unsigned i;

	if (!s->timed_up)
		earlier(&due, s->deadline_ms);
	earlier(&due, s->next_node_ms);
	earlier(&due, s->next_corpora_ms);
	earlier(&due, minimize_until(&s->minimize));
	earlier(&due, s->space.look_ms);
	earlier(&due, crashes_due(&s->crashes));
	earlier(&due, watch_due(&s->watch));
	for (i = 0; i < s->count; i++) {
		const struct fuzzer *f = &s->fuzzer[i];

		if (f->state == MACHINE_WAITING)
			earlier(&due, f->due_ms);
		else if (machine_has_grace(f->state))
			earlier(&due, f->grace_end_ms);
		if (fuzzer_runs(f))
			earlier(&due, f->health.memory_ms);
	}
	return due <= now ? 0 : due - now > 60000 ? 60000 : (int)(due - now);
}

static void
wait_for_something(struct supervisor *s, struct pollfd *p)
{
	nfds_t n = 0;
	unsigned i;

	p[n++] = (struct pollfd){.fd = s->signals, .events = POLLIN};
	p[n++] = (struct pollfd){.fd = s->watch.fd, .events = POLLIN};
	p[n++] = (struct pollfd){
	    .fd = journal_wants_out(s->journal) ? STDOUT_FILENO : -1,
	    .events = POLLOUT};
	for (i = 0; i < s->count; i++) {
		p[n++] = (struct pollfd){
		    .fd = s->fuzzer[i].child.fd, .events = POLLIN};
		p[n++] = (struct pollfd){
		    .fd = s->fuzzer[i].output, .events = POLLIN};
	}
	/* These are only to be woken by: care_for_corpora looks itself. */
	p[n++] = (struct pollfd){.fd = s->minimize.child.fd, .events = POLLIN};
	p[n++] = (struct pollfd){.fd = s->minimize.output, .events = POLLIN};
	if (poll(p, n, milliseconds_to_wait(s)) < 0)
		return;
	if (p[0].revents != 0)
		on_signal(s);
	if (p[1].revents != 0)
		watch_read(&s->watch);
	if (p[2].revents != 0)
		journal_pump(s->journal);
	for (i = 0; i < s->count; i++)
		if (p[3 + 2 * i].revents != 0 || p[4 + 2 * i].revents != 0)
			on_fuzzer(s, &s->fuzzer[i]);
}

/* As nohup(1) leaves it: the job outlives its terminal. */
static bool
hangup_is_ignored(void)
{
	struct sigaction action;

	return sigaction(SIGHUP, NULL, &action) == 0 &&
	    action.sa_handler == SIG_IGN;
}

static void
catch_signals(struct supervisor *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (!hangup_is_ignored())
		sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	s->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* What is left of the least pause since the last start, of any run. */
static int64_t
rest_of_pause(const struct supervisor *s)
{
	int64_t rest, least = s->job->engine->pause_ms;

	if (s->totals.last_start_ms == 0)
		return 0;
	rest = s->totals.last_start_ms + least - clock_now();
	return rest < 0 ? 0 : rest > least ? least : rest;
}

static void
prepare(struct supervisor *s)
{
	int64_t wait;
	unsigned i;

	job_totals_load(s->job, &s->totals);
	s->earlier_run_ms = s->totals.run_ms;
	wait = rest_of_pause(s);
	s->count = s->job->engine->processes(&s->job->run);
	s->fuzzer = mem_calloc(s->count, sizeof *s->fuzzer);
	quarantine_init(&s->quarantine, s->job);
	for (i = 0; i < s->count; i++) {
		struct fuzzer *f = &s->fuzzer[i];

		fuzzer_init(f, s->job, i);
		f->quarantine = &s->quarantine;
		f->log_full = tell_counts;
		f->context = s;
		f->execs_before = job_counts_of(&s->totals, f->instance)->execs;
		f->due_ms = s->started_ms + wait;
		corpus_baseline(&f->corpus, s->job->fd);
	}
	minimize_init(&s->minimize, s->job, s->count);
}

/* Every crash file that is there is told, however many there are. */
static void
sweep_crashes(struct supervisor *s)
{
	do {
		watch_rescan(&s->watch);
		crashes_settle(&s->crashes, clock_monotonic(), true);
	} while (crashes_rescan_due(&s->crashes));
}

/* The last word: what was left unsaid, then how it ended. */
static int
conclude(struct supervisor *s)
{
	const struct fuzzer *failed = NULL;
	unsigned i, failures = 0, down = 0;

	sweep_crashes(s);
	tell_stats(s);
	while (tell_corpora(s))
		;
	for (i = 0; i < s->count; i++) {
		const struct fuzzer *f = &s->fuzzer[i];

		if (f->failed) {
			failed = f;
			failures++;
			msg_warnx("%s: %s", f->instance, msg_quote(f->reason));
		} else if (f->down) {
			down++;
			msg_warnx("%s was not running at the end: %s",
			    f->instance, msg_quote(f->reason));
		}
	}
	if (failed != NULL && failures == s->count) {
		tell_job(s, "failed", failed->reason, failed);
		return EX_CONFIG;
	}
	if (s->stop_signal != 0)
		tell_job(s, "cancelled", signal_name(s->stop_signal), NULL);
	else
		tell_job(s, "finished",
		    s->timed_up ? "time used up" : "the fuzzer ended", NULL);
	return failures + down > 0;
}

static void
release(struct supervisor *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		fuzzer_release(&s->fuzzer[i]);
	minimize_release(&s->minimize);
	free(s->fuzzer);
	quarantine_release(&s->quarantine);
	crashes_release(&s->crashes);
	watch_release(&s->watch);
	job_totals_release(&s->totals);
	close(s->signals);
}

struct supervised
supervise(struct job *job, struct journal *journal)
{
	struct supervisor s = {.job = job,
	    .journal = journal,
	    .started_ms = clock_monotonic(),
	    .deadline_ms = -1,
	    .next_corpora_ms = -1};
	struct supervised result = {0};
	struct pollfd *polled;

	catch_signals(&s);
	watch_init(&s.watch, job->fd, job->engine, on_found, &s);
	prepare(&s);
	crashes_init(&s.crashes, job, journal, &s.totals);
	s.crashes.ask = on_ask;
	s.crashes.context = &s;
	if (job->run.crash_dir != NULL)
		watch_outside(
		    &s.watch, job->run.crash_dir, job->run.crash_patterns);
	if (job->duration_ms > 0)
		s.deadline_ms = s.started_ms + job->duration_ms;
	s.next_stats_ms = s.started_ms + job->interval_ms;
	tell_node(&s);
	tell_job(&s, "starting", NULL, NULL);
	/*
	 * Files of an earlier run that was killed before it told them. An
	 * engine that may delete them as it starts waits until all are kept.
	 */
	if (job->engine->rewrites_artifacts)
		watch_rescan(&s.watch);
	else
		sweep_crashes(&s);
	polled = mem_calloc(5 + 2 * (size_t)s.count, sizeof *polled);
	while (!all_ended(&s)) {
		wait_for_something(&s, polled);
		on_clock(&s);
	}
	result.status = conclude(&s);
	result.crashes = s.crashes.told;
	result.stopped = s.stop_signal != 0;
	if (crashes_untold(&s.crashes) > 0) {
		msg_warnx("crash inputs that could not be kept: %zu; the next "
			  "start tells them",
		    crashes_untold(&s.crashes));
		result.status = exit_worse(result.status, EX_TEMPFAIL);
	}
	/* No crash was seen there, but nobody has looked. */
	if (s.watch.error != 0)
		result.status =
		    exit_worse(result.status, msg_exit_code(s.watch.error));
	free(polled);
	release(&s);
	return result;
}
