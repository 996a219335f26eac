/* Running each seed once against the target, without the fuzzer. */
#include "trial.h"

#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "clock.h"
#include "emit.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "seeds.h"
#include "trial_run.h"

struct outcome {
	enum trial_verdict verdict;
	char *how;
};

struct trial {
	const struct job *job;
	struct seeds seeds;
	struct strvec path; /* of each input */
	struct strvec name; /* of each, as it is told */
	struct outcome *outcome;
	char *dir; /* the temporary one */
	struct trial_run *run;
	unsigned runs, running;
	size_t next;
	int signals;
	int status; /* what ended it early; 0 when nothing did */
};

static int
remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	(void)remove(path);
	return 0;
}

/* -1 with errno. */
static int
make_directory(struct trial *t)
{
	const char *base = getenv("TMPDIR");

	t->dir = mem_printf(
	    "%s/pf-run.XXXXXX", base == NULL || *base == '\0' ? "/tmp" : base);
	if (mkdtemp(t->dir) == NULL) {
		free(t->dir);
		t->dir = NULL;
		return -1;
	}
	if (t->job->user != NULL)
		return chown(t->dir, t->job->uid, t->job->gid);
	return 0;
}

/* Each run has a directory of its own, which may be there still. */
static int
start_run(struct trial *t, unsigned slot)
{
	char *dir = mem_printf("%s/%u", t->dir, slot);
	int status = mkdir(dir, 0777);

	if (status < 0 && errno == EEXIST)
		status = 0;
	if (status == 0 && t->job->user != NULL)
		status = chown(dir, t->job->uid, t->job->gid);
	t->run[slot].seed = t->next;
	if (status == 0)
		status = trial_run_start(
		    &t->run[slot], t->job, t->path.item[t->next], dir);
	if (status < 0) {
		t->status = errno == ENOEXEC ? EX_CONFIG : msg_exit_code(errno);
		msg_warn("run %s", msg_quote(t->job->command.item[0]));
	} else {
		t->next++;
		t->running++;
	}
	free(dir);
	return status;
}

static void
tell_bad(struct trial *t, const char *name, enum trial_verdict verdict,
    const char *how)
{
	if (verdict == TRIAL_CRASHED)
		msg_warnx(
		    "seed %s crashes: %s", msg_quote(name), msg_quote(how));
	else if (verdict == TRIAL_HUNG)
		msg_warnx("seed %s takes more than %lld ms", msg_quote(name),
		    (long long)t->job->run.timeout_ms);
}

static void
end_run(struct trial *t, struct trial_run *r)
{
	struct outcome *o = &t->outcome[r->seed];

	o->verdict = trial_run_verdict(r, &o->how);
	if (o->verdict == TRIAL_NOT_STARTED && t->status == 0) {
		msg_warnx("target %s does not start: %s",
		    msg_quote(t->job->command.item[0]), msg_quote(o->how));
		t->status = EX_CONFIG;
	}
	tell_bad(t, t->name.item[r->seed], o->verdict, o->how);
	trial_run_release(r);
	t->running--;
}

static void
wait_for_runs(struct trial *t, struct pollfd *polled)
{
	int64_t wait = 60000, now = clock_monotonic();
	nfds_t n = 0;
	unsigned i;

	polled[n++] = (struct pollfd){.fd = t->signals, .events = POLLIN};
	for (i = 0; i < t->runs; i++) {
		struct trial_run *r = &t->run[i];

		if (r->child.fd < 0)
			continue;
		polled[n++] =
		    (struct pollfd){.fd = r->child.fd, .events = POLLIN};
		polled[n++] =
		    (struct pollfd){.fd = r->output, .events = POLLIN};
		if (!r->killed && r->due_ms - now < wait)
			wait = r->due_ms - now;
	}
	if (poll(polled, n, wait < 0 ? 0 : (int)wait) > 0 &&
	    polled[0].revents != 0) {
		msg_warnx("stopped by a signal before all seeds were run");
		t->status = EX_TEMPFAIL;
	}
}

static void
run_all(struct trial *t)
{
	struct pollfd *polled =
	    mem_calloc(1 + 2 * (size_t)t->runs, sizeof *polled);
	unsigned i;

	while (t->status == 0 && (t->running > 0 || t->next < t->path.count)) {
		for (i = 0; i < t->runs && t->status == 0; i++)
			if (t->run[i].child.fd < 0 && t->next < t->path.count)
				(void)start_run(t, i);
		if (t->status == 0)
			wait_for_runs(t, polled);
		for (i = 0; i < t->runs; i++)
			if (t->run[i].child.fd >= 0 &&
			    trial_run_step(&t->run[i]))
				end_run(t, &t->run[i]);
	}
	for (i = 0; i < t->runs; i++)
		if (t->run[i].child.fd >= 0)
			trial_run_release(&t->run[i]);
	free(polled);
}

static unsigned
count(const struct trial *t, enum trial_verdict verdict)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < t->path.count; i++)
		n += t->outcome[i].verdict == verdict;
	return n;
}

static void
print_outcome(const struct trial *t)
{
	struct buf text = BUF_INIT;
	struct emit e;
	size_t i;

	emit_begin(&e, &text);
	emit_object(&e, NULL);
	emit_u64(&e, "seeds", t->path.count);
	emit_u64(&e, "ok", count(t, TRIAL_OK));
	emit_u64(&e, "crashed", count(t, TRIAL_CRASHED));
	emit_u64(&e, "hung", count(t, TRIAL_HUNG));
	emit_array(&e, "bad");
	for (i = 0; i < t->path.count; i++) {
		if (t->outcome[i].verdict == TRIAL_OK)
			continue;
		emit_object(&e, NULL);
		emit_bytes_str(&e, "name", t->name.item[i]);
		emit_bytes_str(&e, "how",
		    t->outcome[i].how == NULL ? "timeout" : t->outcome[i].how);
		emit_end(&e);
	}
	emit_end(&e);
	emit_end(&e);
	buf_add_char(&text, '\n');
	out_add(text.data, text.len);
	buf_release(&text);
}

/* 0, or an exit status after a sentence. */
static int
list_inputs(struct trial *t)
{
	size_t i;

	if (t->job->seeds == NULL) {
		strvec_add(&t->path, "/dev/null");
		strvec_add(&t->name, "");
		return 0;
	}
	if (seeds_read(&t->seeds, t->job->seeds,
		t->job->engine == &engine_aflpp) < 0) {
		int status = msg_exit_code(errno);

		msg_warn("seeds %s", msg_quote(t->job->seeds));
		return status;
	}
	for (i = 0; i < t->seeds.name.count; i++) {
		strvec_addf(
		    &t->path, "%s/%s", t->job->seeds, t->seeds.name.item[i]);
		strvec_add(&t->name, t->seeds.name.item[i]);
	}
	return 0;
}

static int
conclude(const struct trial *t)
{
	unsigned ok;

	if (t->status != 0)
		return t->status;
	print_outcome(t);
	ok = count(t, TRIAL_OK);
	return ok == t->path.count ? 0 : ok > 0 ? 1 : EX_CONFIG;
}

/* A signal ends the trial, not us with its directory left behind. */
static int
open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void
release(struct trial *t)
{
	size_t i;

	if (t->dir != NULL)
		nftw(t->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	for (i = 0; t->outcome != NULL && i < t->path.count; i++)
		free(t->outcome[i].how);
	free(t->outcome);
	free(t->run);
	free(t->dir);
	strvec_release(&t->path);
	strvec_release(&t->name);
	seeds_release(&t->seeds);
	if (t->signals >= 0)
		close(t->signals);
}

static bool
can_replay(const struct job *job)
{
	struct strvec words = STRVEC_INIT;
	bool can;

	if (job->engine->replay != NULL)
		job->engine->replay(&job->run, &words);
	can = words.count > 0;
	strvec_release(&words);
	return can;
}

int
trial(struct job *job)
{
	struct trial t = {.job = job, .signals = -1};
	unsigned i;
	int status;

	if (!can_replay(job)) {
		msg_warnx("--trial: how %s runs one input is not known",
		    job->engine->name);
		return EX_USAGE;
	}
	status = list_inputs(&t);
	if (status == 0 && make_directory(&t) < 0) {
		status = EX_CANTCREAT;
		msg_warn("create a temporary directory");
	}
	if (status == 0) {
		t.signals = open_signals();
		t.runs = job->run.instances;
		t.run = mem_calloc(t.runs, sizeof *t.run);
		for (i = 0; i < t.runs; i++)
			t.run[i].child.fd = t.run[i].output = -1;
		t.outcome = mem_calloc(t.path.count, sizeof *t.outcome);
		run_all(&t);
		status = conclude(&t);
	}
	release(&t);
	return out_close(status);
}
