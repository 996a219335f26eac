/* Node, job, stats and corpus events of a supervised job. */
#include <sys/wait.h>

#include "clock.h"
#include "emit.h"
#include "msg.h"
#include "program.h"
#include "tell.h"

/* A heartbeat a quarter of an hour. */
#define NODE_MS (15 * 60000)
/* Between two parts of a flood of testcases. */
#define CORPORA_MS 1000

static void
emit_end_of(struct emit *e, const struct fuzzer *f)
{
	int status = f->end.wait_status;

	if (!f->ended)
		return;
	if (WIFSIGNALED(status))
		emit_i64(e, "signal", WTERMSIG(status));
	else
		emit_i64(e, "exit_code", WEXITSTATUS(status));
}

static const char *
blocked_by(const struct supervisor *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (blocker_of(&s->fuzzer[i].blocker) != NULL)
			return blocker_of(&s->fuzzer[i].blocker);
	return NULL;
}

static void
count_time(struct supervisor *s)
{
	s->totals.run_ms =
	    s->earlier_run_ms + clock_monotonic() - s->started_ms;
}

static void
save_state(struct supervisor *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++) {
		const struct fuzzer *f = &s->fuzzer[i];
		struct job_counts *counts =
		    job_counts_of(&s->totals, f->instance);

		counts->pid = f->child.fd >= 0 ? f->child.pid : 0;
		counts->rss_bytes = f->health.rss_bytes;
		counts->corpus_count = f->corpus.count;
	}
	if (job_state_save(s->job, s->state, blocked_by(s), &s->totals) == 0) {
		s->state_unsaved = false;
	} else if (!s->state_unsaved) {
		msg_warn("write state.json");
		s->state_unsaved = true;
	}
}

/* What each has done by now; false where all of it was counted before. */
static bool
count_execs(struct supervisor *s)
{
	bool more = false;
	unsigned i;

	for (i = 0; i < s->count; i++) {
		struct fuzzer *f = &s->fuzzer[i];
		struct job_counts *counts =
		    job_counts_of(&s->totals, f->instance);

		fuzzer_count(f);
		more |= counts->execs != f->execs_before + f->execs;
		counts->execs = f->execs_before + f->execs;
	}
	return more;
}

void
tell_counts(void *context)
{
	struct supervisor *s = context;

	if (count_execs(s))
		save_state(s);
}

void
tell_job(struct supervisor *s, const char *state, const char *reason,
    const struct fuzzer *f)
{
	struct buf data = BUF_INIT;
	struct emit e;
	char *const *word;

	s->state = state;
	count_time(s);
	emit_begin(&e, &data);
	emit_object(&e, NULL);
	emit_string(&e, "state", state);
	if (reason != NULL)
		emit_bytes_str(&e, "reason", reason);
	if (f != NULL)
		emit_bytes_str(&e, "instance", f->instance);
	emit_array(&e, "command");
	for (word = s->job->run.target; *word != NULL; word++)
		emit_bytes_str(&e, NULL, *word);
	emit_end(&e);
	emit_u64(&e, "attempt", s->job->attempt);
	emit_i64(&e, "restarts", s->totals.restarts);
	if (f != NULL)
		emit_end_of(&e, f);
	emit_real(&e, "duration_seconds", (double)s->totals.run_ms / 1000);
	if (s->cpu_ms > 0)
		emit_real(&e, "cpu_seconds", (double)s->cpu_ms / 1000);
	if (s->peak_rss_bytes > 0)
		emit_i64(&e, "peak_rss_bytes", s->peak_rss_bytes);
	if (f != NULL && f->child.fd >= 0)
		emit_string(&e, "containment",
		    child_containment_name(f->child.containment));
	if (blocked_by(s) != NULL)
		emit_bytes_str(&e, "blocked_by", blocked_by(s));
	emit_end(&e);
	journal_tell(s->journal, "job", clock_now(), NULL, &data);
	save_state(s);
	buf_release(&data);
}

/* The engines that could run here. */
static void
emit_capabilities(struct emit *e)
{
	const struct engine *const *engine;
	char *program;

	emit_array(e, "capabilities");
	for (engine = engines; *engine != NULL; engine++) {
		program = (*engine)->program == NULL
		    ? NULL
		    : program_find((*engine)->program);
		if (program != NULL || (*engine)->program == NULL)
			emit_string(e, NULL, (*engine)->name);
		free(program);
	}
	emit_end(e);
}

void
tell_node(struct supervisor *s)
{
	struct buf data = BUF_INIT;
	struct emit e;

	emit_begin(&e, &data);
	emit_object(&e, NULL);
	emit_string(&e, "version", PF_VERSION);
	emit_capabilities(&e);
	emit_i64(&e, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
	emit_i64(&e, "memory_bytes",
	    (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE));
	emit_end(&e);
	journal_tell(s->journal, "node", clock_now(), NULL, &data);
	buf_release(&data);
	s->next_node_ms = clock_monotonic() + NODE_MS;
}

/* Whether an earlier process tells of the corpus that this one shares. */
static bool
is_told_by_another(const struct supervisor *s, unsigned index)
{
	unsigned i;

	for (i = 0; i < index; i++)
		if (fuzzer_share(&s->fuzzer[i], &s->fuzzer[index]))
			return true;
	return false;
}

bool
tell_corpora(struct supervisor *s)
{
	bool more = false;
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (!is_told_by_another(s, i) &&
		    corpus_tell(&s->fuzzer[i].corpus, s->job->fd, s->journal))
			more = true;
	s->next_corpora_ms = more ? clock_monotonic() + CORPORA_MS : -1;
	return more;
}

void
tell_stats(struct supervisor *s)
{
	struct buf data = BUF_INIT;
	int64_t time_ms;
	unsigned i;

	for (i = 0; i < s->count; i++) {
		struct fuzzer *f = &s->fuzzer[i];
		struct job_counts *counts =
		    job_counts_of(&s->totals, f->instance);

		buf_clear(&data);
		if (fuzzer_stats(f, counts, &data, &time_ms)) {
			journal_tell(s->journal, "stats", time_ms, NULL, &data);
			/* Of an engine that says nothing they are ours. */
			if (s->job->engine->silence != NULL)
				health_sign(&f->health, clock_monotonic());
		}
		counts->execs = f->execs_before + f->execs;
	}
	buf_release(&data);
	tell_corpora(s);
	count_time(s);
	save_state(s);
	s->next_stats_ms = clock_monotonic() + s->job->interval_ms;
}
