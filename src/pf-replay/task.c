/* Running one input: its runs one after another, then its verdict. */
#include "task.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "mem.h"
#include "msg.h"
#include "record.h"

void
task_free(struct task *task)
{
	run_release(&task->run);
	json_decref(task->event);
	buf_release(&task->line);
	buf_release(&task->trace);
	strvec_release(&task->argv);
	strvec_release(&task->env);
	free(task->sightings);
	free(task->name);
	free(task->input);
	free(task);
}

/* The task has come to its end. */
static void
finish(struct replay *replay, struct task *task, enum verdict verdict)
{
	replay->verdicts[verdict]++;
	task->done = true;
	record_verdict(replay, task, verdict);
}

/* A run that could not be: the others are not tried. */
static void
give_up(struct replay *replay, struct task *task)
{
	finish(replay, task, VERDICT_ERROR);
}

static void
start(struct replay *replay, struct task *task)
{
	struct strvec below_gdb = STRVEC_INIT;
	char *const *argv = task->argv.item;
	int64_t timeout = replay->timeout_ms;

	if (task->under_gdb) {
		command_gdb(&below_gdb, replay->gdb, task->argv.item);
		argv = below_gdb.item;
		timeout = timeout * 2 + 10000; /* reading symbols takes time */
	}
	if (run_start(&task->run, argv, task->env.item,
		task->on_stdin ? task->input : NULL, timeout) < 0) {
		msg_warn("run %s on %s", msg_quote(task->argv.item[0]),
		    msg_quote(task->name));
		give_up(replay, task);
	}
	strvec_release(&below_gdb);
}

/* What the output says: a report and what it is called. */
static void
read_output(struct replay *replay, struct task *task, struct sighting *s,
    const struct buf *output)
{
	struct fingerprint *f = &replay->fingerprint;
	const char *target =
	    json_string_value(json_object_get(task->event, "target"));

	if (!report_read(&replay->report, output->data, output->len))
		return;
	if (s->outcome == OUTCOME_TIMEOUT)
		report_known_kind(&replay->report, "timeout");
	else if (span_is(replay->report.kind, "timeout"))
		s->outcome = OUTCOME_TIMEOUT; /* libFuzzer's own limit */
	else
		s->outcome = OUTCOME_CRASH;
	if (replay->report.signal != 0)
		s->signal = replay->report.signal;
	fingerprint_make(f, &replay->report, replay->rules, target, NULL);
	memcpy(s->group, f->group, sizeof s->group);
	s->symbolized = f->symbolized;
}

/* From how the child ended alone. */
static void
read_end(const struct task *task, struct sighting *s)
{
	int status = task->run.end.wait_status;

	*s = (struct sighting){.outcome = OUTCOME_CLEAN};
	if (task->run.stage != RUN_ON_TIME) {
		s->outcome = OUTCOME_TIMEOUT;
	} else if (WIFSIGNALED(status)) {
		s->signal = WTERMSIG(status);
		s->outcome = OUTCOME_CRASH;
		/* Nothing kills itself so: the kernel did, for its memory, or
		 * a person. That is no finding. */
		if (s->signal == SIGKILL || s->signal == SIGTERM ||
		    s->signal == SIGINT || s->signal == SIGHUP) {
			s->outcome = OUTCOME_ERROR;
			msg_warnx("running %s was ended by signal %d from "
				  "outside",
			    msg_quote(task->name), s->signal);
		}
	}
}

static void
take_gdb(struct replay *replay, struct task *task)
{
	struct buf output = BUF_INIT;
	struct sighting s = {.outcome = OUTCOME_CRASH};

	run_output(&task->run, &output);
	if (report_read(&replay->report, output.data, output.len) &&
	    report_stack(&replay->report, STACK_CRASH) != NULL) {
		read_output(replay, task, &s, &output);
		buf_clear(&task->trace);
		buf_add(&task->trace, output.data, output.len);
		/* The other runs ended by the same signal, or they differ. */
		for (unsigned i = 0; i < task->finished; i++)
			if (task->sightings[i].group[0] == '\0') {
				memcpy(task->sightings[i].group, s.group,
				    sizeof s.group);
				task->sightings[i].symbolized = s.symbolized;
			}
	}
	buf_release(&output);
}

static void
take_run(struct replay *replay, struct task *task)
{
	struct sighting *s = &task->sightings[task->finished++];
	struct buf output = BUF_INIT;
	int status = task->run.end.wait_status;

	read_end(task, s);
	run_output(&task->run, &output);
	read_output(replay, task, s, &output);
	if (!task->hit && sighting_hit(s, &task->expected)) {
		task->hit = true;
		buf_add(&task->trace, output.data, output.len);
		task->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		task->signal = s->signal;
		task->timed_out = s->outcome == OUTCOME_TIMEOUT;
	}
	if (s->outcome == OUTCOME_TIMEOUT && !sighting_hit(s, &task->expected))
		msg_warnx("%s took longer than %lld ms and is not known to "
			  "hang",
		    msg_quote(task->name), (long long)replay->timeout_ms);
	buf_release(&output);
}

/* A crash whose runs all ended by a signal and said nothing. */
static bool
wants_gdb(const struct replay *replay, const struct task *task)
{
	bool mute = false;

	if (replay->gdb == NULL || task->under_gdb)
		return false;
	for (unsigned i = 0; i < task->finished; i++)
		if (task->sightings[i].outcome == OUTCOME_ERROR)
			return false;
		else if (task->sightings[i].outcome == OUTCOME_CRASH &&
		    task->sightings[i].group[0] == '\0')
			mute = true;
	return mute;
}

/* After an error the other runs could tell nothing more. */
static bool
has_failed(const struct task *task)
{
	return task->finished > 0 &&
	    verdict_of(task->sightings, task->finished, &task->expected) ==
	    VERDICT_ERROR;
}

void
task_step(struct replay *replay, struct task *task)
{
	if (task->done)
		return;
	if (task->started > 0) {
		if (!run_step(&task->run))
			return;
		if (task->under_gdb)
			take_gdb(replay, task);
		else
			take_run(replay, task);
	}
	if (!task->under_gdb && task->finished < replay->runs &&
	    !has_failed(task)) {
		task->started++;
		start(replay, task);
		return;
	}
	if (wants_gdb(replay, task)) {
		task->under_gdb = true;
		start(replay, task);
		return;
	}
	finish(replay, task,
	    verdict_of(task->sightings, task->finished, &task->expected));
}
