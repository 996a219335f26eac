/* Node, job and stats events of a supervised job. */
#include <sys/wait.h>

#include "clock.h"
#include "emit.h"
#include "msg.h"
#include "supervisor.h"

static void
emit_end_of(struct emit *e, const struct fuzzer *f)
{
	int status = f->end.wait_status;

	if (WIFSIGNALED(status))
		emit_i64(e, "signal", WTERMSIG(status));
	else
		emit_i64(e, "exit_code", WEXITSTATUS(status));
}

void
tell_job(struct supervisor *s, const char *state, const char *reason,
    const struct fuzzer *f)
{
	struct buf data = BUF_INIT;
	struct emit e;
	char *const *word;

	s->state = state;
	s->totals.run_ms =
	    s->earlier_run_ms + clock_monotonic() - s->started_ms;
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
	emit_string(&e, "containment", "keeper");
	emit_end(&e);
	journal_tell(s->journal, "job", clock_now(), NULL, &data);
	if (job_state_save(s->job, state, &s->totals) < 0)
		msg_warn("write state.json");
	buf_release(&data);
}

void
tell_node(struct supervisor *s)
{
	struct buf data = BUF_INIT;
	struct emit e;

	emit_begin(&e, &data);
	emit_object(&e, NULL);
	emit_string(&e, "version", PF_VERSION);
	emit_array(&e, "capabilities");
	emit_string(&e, NULL, s->job->engine->name);
	emit_end(&e);
	emit_i64(&e, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
	emit_i64(&e, "memory_bytes",
	    (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE));
	emit_end(&e);
	journal_tell(s->journal, "node", clock_now(), NULL, &data);
	buf_release(&data);
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
		if (fuzzer_stats(f, counts, &data, &time_ms))
			journal_tell(s->journal, "stats", time_ms, NULL, &data);
		counts->execs = f->execs_before + f->execs;
		corpus_tell(&f->corpus, s->job->fd, s->journal);
	}
	buf_release(&data);
	s->next_stats_ms = clock_monotonic() + s->job->interval_ms;
}
