/* Starting, reading and ending one process of the engine. */
#include "fuzzer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "clock.h"
#include "mem.h"
#include "msg.h"

#define LINE_MAX_BYTES 65536
/* A fuzzer that lived so long has started well. */
#define HEALTHY_MS 60000
#define REPORT_MAX 65536

extern char **environ;

void
fuzzer_init(struct fuzzer *f, const struct job *job, unsigned index)
{
	char *path = job->engine->corpus(&job->run, index);

	*f = (struct fuzzer){
	    .job = job, .index = index, .output = -1, .line = BUF_INIT};
	f->child.fd = -1;
	f->file.fd = -1;
	stats_init(&f->stats);
	f->instance = job->engine->instance(&job->run, index);
	corpus_init(&f->corpus, path, f->instance);
	free(path);
	f->log = job->engine->log_new();
}

static void
tidy(const struct fuzzer *f, bool running)
{
	const struct job *job = f->job;

	if (job->engine->tidy != NULL)
		job->engine->tidy(&job->run, job->fd, f->index, running);
}

void
fuzzer_release(struct fuzzer *f)
{
	child_release(&f->child);
	tidy(f, false);
	if (f->output >= 0)
		close(f->output);
	f->job->engine->log_free(f->log);
	logfile_close(&f->file);
	corpus_release(&f->corpus);
	buf_release(&f->line);
	blocker_release(&f->blocker);
	stats_release(&f->stats);
	free(f->instance);
	free(f->cause);
	free(f->reason);
}

/* Both ways: the job's total into `s`, what this start did of it into `f`. */
static void
count_execs(struct fuzzer *f, struct stats *s)
{
	if (s->execs_total == STATS_UNKNOWN)
		return;
	if (f->job->engine->counts_anew) {
		f->execs = s->execs_total;
		s->execs_total += f->execs_before;
	} else if (s->execs_total > f->execs_before) {
		f->execs = s->execs_total - f->execs_before;
	}
}

static void
renew_log(struct fuzzer *f)
{
	/* What a process that is gone did last is told with the next. */
	if (f->started_ms > 0)
		fuzzer_count(f);
	f->job->engine->log_free(f->log);
	f->log = f->job->engine->log_new();
	buf_clear(&f->line);
	if (f->file.fd < 0 &&
	    logfile_open(&f->file, f->job->log_fd, f->instance,
		f->job->log_max_bytes) < 0) {
		msg_warn("open log of %s", msg_quote(f->instance));
		f->file.failed = true;
	}
}

/* Each process its processor, in turn; all of them to a single process. */
static void
choose_cpus(const struct job *job, unsigned index, cpu_set_t *cpus)
{
	int cpu, left;

	*cpus = job->cpus;
	if (job->engine->processes(&job->run) == 1)
		return;
	left = (int)index % CPU_COUNT(&job->cpus);
	for (cpu = 0; !CPU_ISSET(cpu, &job->cpus) || left-- > 0; cpu++)
		;
	CPU_ZERO(cpus);
	CPU_SET(cpu, cpus);
}

int
fuzzer_start_child(struct child *child, const struct job *job, unsigned index,
    const struct strvec *argv, const struct strvec *env, int out)
{
	struct strvec writable = STRVEC_INIT, readable = STRVEC_INIT;
	struct child_sandbox sandbox = {.network = job->network};
	struct child_spec spec = {.argv = argv->item,
	    .env = env->item,
	    .in = -1,
	    .out = out,
	    .err = out,
	    .hold = job->lock_fd,
	    .file_size_max = job->file_size_max,
	    .open_files_max = job->open_files_max,
	    .other_user = job->user != NULL,
	    .uid = job->uid,
	    .gid = job->gid,
	    .containment = job->containment};
	cpu_set_t cpus;
	int status, saved;

	if (job->cpus_set) {
		choose_cpus(job, index, &cpus);
		spec.cpus = &cpus;
	}
	if (job->sandbox) {
		job_writable(job, &writable);
		job_readable(job, &readable);
		sandbox.writable = writable.item;
		sandbox.readable = readable.item;
		spec.sandbox = &sandbox;
	}
	status = child_start(child, &spec);
	saved = errno;
	strvec_release(&writable);
	strvec_release(&readable);
	errno = saved;
	return status;
}

int
fuzzer_start(struct fuzzer *f)
{
	struct strvec argv = STRVEC_INIT, env = STRVEC_INIT;
	int ends[2], status, saved;

	f->ended = false;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	renew_log(f);
	tidy(f, false);
	strvec_add_all(&env, environ);
	strvec_env_set(&env, "PF_JOB", f->job->name);
	f->job->engine->command(&f->job->run, f->index, &argv, &env);
	status = fuzzer_start_child(
	    &f->child, f->job, f->index, &argv, &env, ends[1]);
	saved = errno;
	strvec_release(&argv);
	strvec_release(&env);
	close(ends[1]);
	if (status < 0) {
		close(ends[0]);
		errno = saved;
		return -1;
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	f->output = ends[0];
	f->started_ms = clock_monotonic();
	health_begin(&f->health, f->started_ms);
	free(f->cause);
	f->cause = NULL;
	f->found = f->killed = false;
	f->execs_before += f->execs;
	f->execs = 0;
	return 0;
}

static void
take_lines(struct fuzzer *f)
{
	size_t start = 0;

	for (;;) {
		char *from = f->line.data + start;
		size_t left = f->line.len - start;
		char *end = memchr(from, '\n', left);

		if (end == NULL && left < LINE_MAX_BYTES)
			break;
		left = end == NULL ? left : (size_t)(end - from);
		f->job->engine->log_line(f->log, from, left);
		start += left + (end != NULL);
	}
	buf_consume(&f->line, start);
}

bool
fuzzer_read(struct fuzzer *f)
{
	char *room;
	ssize_t n = 0;
	int rounds;

	/* Bounded, so that a flood does not keep us from everything else. */
	for (rounds = 0; rounds < 16; rounds++) {
		room = buf_reserve(&f->line, LINE_MAX_BYTES);
		n = read(f->output, room, LINE_MAX_BYTES);
		if (n <= 0)
			break;
		if (logfile_is_full(&f->file, (size_t)n))
			f->log_full(f->context);
		logfile_add(&f->file, room, (size_t)n);
		buf_truncate(&f->line, f->line.len + (size_t)n);
		take_lines(f);
	}
	if (rounds > 0)
		health_sign(&f->health, clock_monotonic());
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(f->output);
		f->output = -1;
	}
	return n > 0;
}

/* What is still in the pipe when nobody is left to write to it. */
static void
read_rest(struct fuzzer *f)
{
	while (f->output >= 0 && fuzzer_read(f))
		;
	if (f->output >= 0)
		close(f->output);
	f->output = -1;
	if (f->line.len > 0)
		f->job->engine->log_line(f->log, f->line.data, f->line.len);
	buf_clear(&f->line);
}

static void
describe_end(struct fuzzer *f, const char *words)
{
	int status = f->end.wait_status;

	free(f->reason);
	if (WIFSIGNALED(status))
		f->reason = mem_printf("killed by SIG%s%s%s",
		    sigabbrev_np(WTERMSIG(status)), words ? ": " : "",
		    words ? words : "");
	else if (words != NULL)
		f->reason = mem_dup(words);
	else
		f->reason = mem_printf("exit status %d", WEXITSTATUS(status));
}

bool
fuzzer_share(const struct fuzzer *a, const struct fuzzer *b)
{
	return a->corpus.path != NULL && b->corpus.path != NULL &&
	    strcmp(a->corpus.path, b->corpus.path) == 0;
}

bool
fuzzer_runs(const struct fuzzer *f)
{
	return f->state == MACHINE_RUNNING && f->child.fd >= 0;
}

/* The site of the report that the process ended with, or its last words. */
static void
find_site(const struct fuzzer *f, struct buf *site)
{
	const struct engine *engine = f->job->engine;
	char *path = engine->last_artifact == NULL
	    ? NULL
	    : engine->last_artifact(f->log, f->instance);
	char *slash = path == NULL ? NULL : strrchr(path, '/');
	struct buf report = BUF_INIT;

	if (slash != NULL && engine->report != NULL) {
		*slash = '\0';
		engine->report(
		    f->log, f->job->fd, path, slash + 1, REPORT_MAX, &report);
	}
	if (!blocker_site(report.data, report.len, site))
		buf_add_str(site, f->reason);
	buf_release(&report);
	free(path);
}

/* The pause after a find: long only while one bug is all that it finds. */
static int64_t
pause_after_find(struct fuzzer *f, int64_t lived)
{
	const struct job *job = f->job;
	int64_t least = job->engine->pause_ms;
	struct buf site = BUF_INIT;
	unsigned beyond;

	f->failures = 0;
	find_site(f, &site);
	beyond = blocker_note(&f->blocker, site.data, lived);
	buf_release(&site);
	if (beyond == 0)
		return least;
	return machine_backoff(beyond - 1,
	    least > job->backoff_ms ? least : job->backoff_ms,
	    job->backoff_max_ms);
}

/* How long to wait before it is started again. */
static int64_t
pause_after(struct fuzzer *f, bool found, int64_t lived)
{
	const struct job *job = f->job;

	if (found)
		return pause_after_find(f, lived);
	f->failures = lived < HEALTHY_MS ? f->failures + 1 : 0;
	return machine_backoff(f->failures - (f->failures > 0), job->backoff_ms,
	    job->backoff_max_ms);
}

/* Whether it can go on without the input that it stumbled over. */
static bool
take_out_input(const struct fuzzer *f)
{
	const struct engine *engine = f->job->engine;
	char *path = engine->last_artifact == NULL
	    ? NULL
	    : engine->last_artifact(f->log, f->instance);
	bool is_out = path != NULL && f->quarantine != NULL &&
	    quarantine_take(f->quarantine, path, f->started_ms);

	free(path);
	return is_out;
}

bool
fuzzer_gone(struct fuzzer *f, enum machine_event *event)
{
	const struct job *job = f->job;
	const char *words = NULL;
	int64_t lived;
	enum engine_end how;
	bool doubted;

	if (f->child.fd < 0 || child_next(&f->child, &f->end, 0) != CHILD_GONE)
		return false;
	f->ended = true;
	read_rest(f);
	lived = clock_monotonic() - f->started_ms;
	how = job->engine->ended(f->log, f->end.wait_status, lived, &words);
	if (f->cause != NULL) {
		free(f->reason);
		f->reason = mem_dup(f->cause);
	} else {
		describe_end(f, words);
	}
	/* The bug of an input that is out blocks nothing. */
	if (how == ENGINE_STUMBLED && take_out_input(f)) {
		f->found = true;
		f->pause_ms = job->engine->pause_ms;
	} else {
		f->found = how == ENGINE_FOUND && f->cause == NULL;
		f->pause_ms = pause_after(f, f->found, lived);
	}
	doubted = how == ENGINE_DOUBTFUL && f->doubtful;
	f->doubtful = how == ENGINE_DOUBTFUL;
	*event = how == ENGINE_DONE ? MACHINE_GONE_DONE
	    : how == ENGINE_MISUSED || doubted ||
		f->failures >= job->restarts_max
	    ? MACHINE_GONE_MISUSED
	    : MACHINE_GONE_BROKE;
	return true;
}

void
fuzzer_ask(struct fuzzer *f)
{
	f->grace_end_ms = clock_monotonic() + f->job->grace_ms;
	child_signal(
	    &f->child, f->job->engine->stop_signal, f->job->engine->stop_group);
}

/* What the engine does not say, or says worse than we know. */
static void
complete_stats(
    const struct fuzzer *f, const struct job_counts *counts, struct stats *s)
{
	if (s->run_seconds == STATS_UNKNOWN && f->child.fd >= 0)
		s->run_seconds = (clock_monotonic() - f->started_ms) / 1000;
	s->instance = f->instance;
	s->alive = f->child.fd >= 0;
	s->pid = s->alive ? f->child.pid : STATS_UNKNOWN;
	s->crashes_total = counts->crashes;
	s->hangs_total = counts->hangs;
	s->ooms_total = counts->ooms;
	if (f->health.peak_bytes > 0)
		s->peak_rss_bytes = (int64_t)f->health.peak_bytes;
}

void
fuzzer_count(struct fuzzer *f)
{
	struct stats s;

	stats_init(&s);
	if (!f->job->engine->stats(f->log, f->job->fd, f->instance, &s)) {
		stats_release(&s);
		return;
	}
	count_execs(f, &s);
	stats_release(&f->stats);
	f->stats = s;
	f->stats_fresh = true;
}

bool
fuzzer_stats(struct fuzzer *f, const struct job_counts *counts,
    struct buf *data, int64_t *time_ms)
{
	int64_t found = counts->crashes + counts->hangs + counts->ooms;
	struct stats s;

	fuzzer_count(f);
	tidy(f, f->child.fd >= 0);
	if (!f->stats_fresh && (found == f->found_told || !f->stats_told))
		return false;
	*time_ms = f->stats_fresh && f->stats.update_ms != STATS_UNKNOWN
	    ? f->stats.update_ms
	    : clock_now();
	/* A copy whose strings are not its own. */
	s = f->stats;
	complete_stats(f, counts, &s);
	stats_emit(data, &s);
	f->found_told = found;
	f->stats_fresh = false;
	f->stats_told = true;
	return true;
}
