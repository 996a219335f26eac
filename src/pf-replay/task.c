/* Running one input: its runs one after another, then its verdict. */
#include "task.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "mem.h"
#include "msg.h"
#include "opt.h"
#include "record.h"
#include "refusal.h"

void
task_free(struct task *task)
{
	run_release(&task->run);
	json_decref(task->event);
	buf_release(&task->line);
	buf_release(&task->trace);
	strvec_release(&task->argv);
	strvec_release(&task->own_env);
	free(task->sightings);
	free(task->name);
	free(task->input);
	free(task);
}

struct task *
task_of_run(struct run *run)
{
	return (struct task *)run;
}

/* The task has come to its end: what it printed is in its line. */
static void
finish(struct replay *replay, struct task *task, enum verdict verdict)
{
	replay->verdicts[verdict]++;
	task->done = true;
	record_verdict(replay, task, verdict);
	run_release(&task->run);
	buf_release(&task->trace);
}

/* A run that could not be: the others are not tried. */
static void
give_up(struct replay *replay, struct task *task)
{
	msg_warn("run %s on %s", msg_quote(task->argv.item[0]),
	    msg_quote(task->name));
	finish(replay, task, VERDICT_ERROR);
}

void
task_start(struct replay *replay, struct task *task, struct worker *worker)
{
	struct strvec below_gdb = STRVEC_INIT, unwinding = STRVEC_INIT;
	char *const *argv = task->argv.item;
	const struct strvec *env =
	    task->own_env.count > 0 ? &task->own_env : &replay->env;
	struct run_limits limits = task->limits;

	if (task->look == LOOK_GDB) {
		command_gdb(&below_gdb, replay->gdb, task->argv.item);
		argv = below_gdb.item;
		/* Reading symbols takes memory. */
		limits.memory_bytes = 0;
	} else if (task->look == LOOK_UNWIND) {
		strvec_add_all(&unwinding, env->item);
		command_unwind(&unwinding);
		env = &unwinding;
	}
	if (task->look != LOOK_NONE)
		limits.timeout_ms = limits.timeout_ms * 2 + 10000;
	if (worker_start(worker, &task->run, argv, env->item,
		task->on_stdin ? task->input : NULL, &limits) < 0)
		give_up(replay, task);
	strvec_release(&below_gdb);
	strvec_release(&unwinding);
}

/* What the output says: a report and what it is called. */
static void
read_output(struct replay *replay, struct task *task, struct sighting *s,
    const struct buf *output)
{
	struct fingerprint *f = &replay->fingerprint;
	const char *target =
	    json_string_value(json_object_get(task->event, "target"));

	if (output->len == 0 ||
	    !report_read(&replay->report, output->data, output->len))
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
	s->leak = span_is(replay->report.kind, "leak");
}

/*
 * Nothing kills itself so: the kernel did, for its memory or by the limits
 * that we were started with, or a person. That is no finding.
 */
static bool
is_from_outside(int signal)
{
	return signal == SIGKILL || signal == SIGTERM || signal == SIGINT ||
	    signal == SIGHUP || signal == SIGXCPU || signal == SIGXFSZ;
}

static void
tell_of_memory(const struct task *task)
{
	char text[OPT_SIZE_TEXT];

	opt_size_text(task->limits.memory_bytes, text);
	msg_warnx("%s took more memory than %s", msg_quote(task->name), text);
}

/* From how the child ended alone. */
static void
read_end(const struct task *task, struct sighting *s)
{
	int status = task->run.end.wait_status;

	*s = (struct sighting){.outcome = OUTCOME_CLEAN};
	if (task->run.stage == RUN_OVER_MEMORY) {
		s->outcome = OUTCOME_ERROR;
		tell_of_memory(task);
	} else if (task->run.stage != RUN_ON_TIME) {
		s->outcome = OUTCOME_TIMEOUT;
	} else if (WIFSIGNALED(status)) {
		s->signal = WTERMSIG(status);
		s->outcome = OUTCOME_CRASH;
		if (is_from_outside(s->signal)) {
			s->outcome = OUTCOME_ERROR;
			msg_warnx("running %s was ended by signal %d from "
				  "outside",
			    msg_quote(task->name), s->signal);
		}
	}
}

/* A runtime that could not run the target. */
static bool
was_refused(const struct task *task, const struct buf *output)
{
	char *line = refusal_of(task->run.end.wait_status, output);

	if (line == NULL)
		return false;
	msg_warnx("running %s: %s", msg_quote(task->name), msg_quote(line));
	free(line);
	return true;
}

static void
tell_of_gdb(struct replay *replay, const char *why)
{
	if (!replay->told_of_gdb)
		msg_warnx("%s: crashes of targets without a sanitizer will "
			  "have no trace",
		    why);
	replay->told_of_gdb = true;
}

/* gdb 13: what it says where ptrace(2) is not allowed. */
static bool
may_not_trace(const struct buf *output)
{
	return strstr(output->data, "Could not trace the inferior process") !=
	    NULL ||
	    strstr(output->data, "ptrace: Operation not permitted") != NULL;
}

/* Its trace is the task's; the runs that had none ended as it did. */
static void
take_trace(struct replay *replay, struct task *task, const struct buf *output)
{
	struct sighting s = {.outcome = OUTCOME_CRASH};

	read_output(replay, task, &s, output);
	/* Without a group a leak has the report that it had. */
	if (task->look == LOOK_UNWIND && s.group[0] == '\0')
		return;
	buf_clear(&task->trace);
	buf_add(&task->trace, output->data, output->len);
	for (unsigned i = 0; i < task->finished; i++)
		if (task->sightings[i].group[0] == '\0') {
			memcpy(
			    task->sightings[i].group, s.group, sizeof s.group);
			task->sightings[i].symbolized = s.symbolized;
		}
}

static void
take_look(struct replay *replay, struct task *task)
{
	struct buf output = BUF_INIT;

	run_output(&task->run, &output);
	if (task->look == LOOK_GDB && may_not_trace(&output)) {
		tell_of_gdb(replay, "gdb may not trace here");
		replay->gdb_refused = true;
	} else if (report_read(&replay->report, output.data, output.len) &&
	    report_stack(&replay->report, STACK_CRASH) != NULL) {
		take_trace(replay, task, &output);
	}
	buf_release(&output);
}

static void
remember_hit(
    struct task *task, const struct sighting *s, const struct buf *output)
{
	int status = task->run.end.wait_status;

	task->hit = true;
	buf_add(&task->trace, output->data, output->len);
	task->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	task->signal = s->signal;
	task->timed_out = s->outcome == OUTCOME_TIMEOUT;
}

static void
take_run(struct replay *replay, struct task *task)
{
	struct sighting *s = &task->sightings[task->finished++];
	struct buf output = BUF_INIT;

	read_end(task, s);
	run_output(&task->run, &output);
	if (s->outcome != OUTCOME_ERROR) {
		if (was_refused(task, &output))
			s->outcome = OUTCOME_ERROR;
		else
			read_output(replay, task, s, &output);
	}
	if (!task->hit && sighting_hit(s, &task->expected))
		remember_hit(task, s, &output);
	if (s->outcome == OUTCOME_TIMEOUT && !sighting_hit(s, &task->expected))
		msg_warnx("%s took longer than %lld ms and is not known to "
			  "hang",
		    msg_quote(task->name), (long long)task->limits.timeout_ms);
	buf_release(&output);
}

/*
 * Who can tell more of a crash whose runs did not tell enough: those that ended
 * by a signal and said nothing, leaks below a function of libc.
 */
static enum look
next_look(struct replay *replay, const struct task *task)
{
	const struct sighting *mute = NULL;

	if (task->look != LOOK_NONE)
		return LOOK_NONE;
	for (unsigned i = 0; i < task->finished; i++)
		if (task->sightings[i].outcome == OUTCOME_ERROR)
			return LOOK_NONE;
		else if (task->sightings[i].outcome == OUTCOME_CRASH &&
		    task->sightings[i].group[0] == '\0')
			mute = &task->sightings[i];
	if (mute == NULL)
		return LOOK_NONE;
	if (mute->leak)
		return LOOK_UNWIND;
	if (replay->gdb == NULL)
		tell_of_gdb(replay, "no gdb in PATH");
	return replay->gdb != NULL && !replay->gdb_refused ? LOOK_GDB
							   : LOOK_NONE;
}

/* Who finds no room to write on may not come to where it crashes. */
static enum verdict
doubt(const struct task *task, enum verdict verdict)
{
	const char *place;

	if (verdict != VERDICT_CLEAN && verdict != VERDICT_FLAKY)
		return verdict;
	place = refusal_full_disk();
	if (place == NULL)
		return verdict;
	msg_warnx("%s did not always crash, but the disk of %s is full",
	    msg_quote(task->name), msg_quote(place));
	return VERDICT_ERROR;
}

void
task_take(struct replay *replay, struct task *task)
{
	enum verdict verdict;
	enum look look;

	if (task->run.error != 0) {
		errno = task->run.error;
		give_up(replay, task);
		return;
	}
	if (task->look != LOOK_NONE)
		take_look(replay, task);
	else
		take_run(replay, task);
	verdict = verdict_of(task->sightings, task->finished, &task->expected);
	/* After an error the other runs could tell nothing more. */
	if (task->look == LOOK_NONE && task->finished < replay->runs &&
	    verdict != VERDICT_ERROR)
		return;
	look = next_look(replay, task);
	if (look != LOOK_NONE)
		task->look = look;
	else
		finish(replay, task, doubt(task, verdict));
}
