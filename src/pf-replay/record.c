#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "emit.h"
#include "event.h"
#include "libcrash/crashevent.h"
#include "libcrash/tracetext.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "program.h"
#include "provenance.h"

extern char **environ;

static const char *
text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* The bytes that an event's text stands for; the caller frees them. */
static char *
decoded(const char *text)
{
	struct buf bytes = BUF_INIT;

	emit_decode(&bytes, text, strlen(text));
	return buf_take(&bytes);
}

static struct task *
task_new(struct replay *replay)
{
	struct task *task = mem_calloc(1, sizeof *task);

	run_init(&task->run);
	buf_init(&task->line);
	buf_init(&task->trace);
	task->exit_code = -1;
	task->sightings = mem_calloc(replay->runs, sizeof *task->sightings);
	return task;
}

/* A task that will not run: said why on standard error by the caller. */
static void
fail(struct replay *replay, struct task *task)
{
	replay->verdicts[VERDICT_ERROR]++;
	task->done = true;
	record_verdict(replay, task, VERDICT_ERROR);
}

static void
tell_style(struct replay *replay, const char *command, const char *input)
{
	if (!replay->told_style)
		msg_info("%s is a libFuzzer target: %s is its last word",
		    msg_quote(command), msg_quote(input));
	replay->told_style = true;
}

/* A sandbox shows little of /tmp: what is not there did not crash either. */
static bool
is_hidden(const struct replay *replay, const char *path)
{
	char *whole = realpath(path, NULL);
	bool hidden = whole != NULL && strncmp(whole, "/tmp/", 5) == 0;

	for (size_t i = 0; hidden && i < replay->readable.count; i++) {
		const char *shown = replay->readable.item[i];
		size_t n = strlen(shown);

		if (strncmp(whole, shown, n) == 0 &&
		    (whole[n] == '/' || whole[n] == '\0'))
			hidden = false;
	}
	free(whole);
	return hidden;
}

/* argv for the task's input; false after a sentence. */
static bool
prepare(struct replay *replay, struct task *task, char *const command[])
{
	char *file = program_find(command[0]);
	enum style style = replay->style;

	if (file == NULL) {
		msg_warn("run %s on %s", msg_quote(command[0]),
		    msg_quote(task->name));
		return false;
	}
	task->limits = replay->limits;
	if (style == STYLE_AUTO)
		style = style_recognize(file);
	task->on_stdin = command_words(&task->argv, file, command, task->input,
	    style, replay->limits.memory_bytes);
	free(file);
	if (replay->spec.sandbox != NULL && !task->on_stdin &&
	    is_hidden(replay, task->input)) {
		msg_warnx("%s is in /tmp, of which the sandbox shows but the "
			  "working directory and the operands",
		    msg_quote(task->name));
		return false;
	}
	if (style == STYLE_LIBFUZZER) {
		tell_style(replay, command[0], task->input);
		/* It looks itself, once a second, and says where it was. */
		if (task->limits.memory_bytes > 0)
			task->limits.memory_bytes += UINT64_C(1) << 30;
	}
	return true;
}

/* What the event itself knows of its crash. */
static void
expect(struct replay *replay, struct task *task, const json_t *data)
{
	struct expectation *expected = &task->expected;
	const char *kind = text_of(data, "kind");
	const char *trace = text_of(data, "trace");
	const char *target = text_of(task->event, "target");
	struct fingerprint *f = &replay->fingerprint;

	expected->any = true;
	expected->timeout = kind != NULL && strcmp(kind, "timeout") == 0;
	expected->sighting.outcome = OUTCOME_CRASH;
	/* AFL++'s signal is what the sanitizer was told to raise: with a
	 * sanitizer it says nothing, and there is no trace to compare. */
	if (trace != NULL) {
		char *text = decoded(trace);

		if (report_read(&replay->report, text, strlen(text))) {
			if (kind != NULL)
				report_known_kind(&replay->report, kind);
			fingerprint_make(
			    f, &replay->report, replay->rules, target, NULL);
			memcpy(expected->sighting.group, f->group,
			    sizeof expected->sighting.group);
			expected->sighting.symbolized = f->symbolized;
			expected->sighting.signal = replay->report.signal;
			if (span_is(replay->report.kind, "timeout"))
				expected->timeout = true;
		}
		free(text);
	}
}

/* Is the file still what the event tells of? */
static bool
input_is(const char *path, const char *xxh128, const char *name)
{
	char hex[HASH_TEXT];
	uint64_t size;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || hash_fd(fd, hex, &size) < 0) {
		msg_warn("open %s", msg_quote(name));
		if (fd >= 0)
			close(fd);
		return false;
	}
	close(fd);
	if (xxh128 == NULL || strcmp(hex, xxh128) == 0)
		return true;
	msg_warnx("%s is not the input that the event tells of: its contents "
		  "have changed",
	    msg_quote(name));
	return false;
}

/* Nothing of its own where it would be that of all. */
static void
event_environment(
    const struct replay *replay, struct task *task, const json_t *data)
{
	const char *name, *fuzzer = text_of(task->event, "fuzzer");
	bool as_aflpp = fuzzer != NULL && strcmp(fuzzer, "afl++") == 0;
	json_t *env = json_object_get(data, "env"), *value;

	if (!as_aflpp && json_object_size(env) == 0)
		return;
	strvec_add_all(&task->own_env, environ);
	json_object_foreach(env, name, value)
	{
		char *text;

		if (!json_is_string(value))
			continue;
		text = decoded(json_string_value(value));
		strvec_env_set(&task->own_env, name, text);
		free(text);
	}
	command_sanitizers(&task->own_env, as_aflpp, replay->symbolizer);
}

/* The event's own command; false after a sentence when it has none. */
static bool
event_command(
    struct strvec *command, const struct task *task, const json_t *data)
{
	json_t *words = json_object_get(data, "command"), *word;
	size_t i;

	json_array_foreach(words, i, word)
	{
		char *text;

		if (!json_is_string(word))
			continue;
		text = decoded(json_string_value(word));
		strvec_add(command, text);
		free(text);
	}
	if (command->count > 0)
		return true;
	msg_warnx("%s has no command to run", msg_quote(task->name));
	return false;
}

static bool
prepare_event(struct replay *replay, struct task *task)
{
	const json_t *data = json_object_get(task->event, "data");
	const json_t *input = json_object_get(data, "input");
	const char *path = text_of(input, "path");
	struct strvec command = STRVEC_INIT;
	bool good;

	task->name = mem_dup(text_of(task->event, "id"));
	if (path == NULL) {
		msg_warnx("the crash %s has no path of its input",
		    msg_quote(task->name));
		return false;
	}
	task->input = decoded(path);
	free(task->name);
	task->name = mem_dup(task->input);
	/* An empty file is there, but it is not what crashed. */
	if (json_is_true(json_object_get(input, "lost"))) {
		msg_warnx("the content of %s was lost when it was found",
		    msg_quote(task->name));
		return false;
	}
	if (!input_is(task->input, text_of(input, "xxh128"), task->name))
		return false;
	expect(replay, task, data);
	event_environment(replay, task, data);
	if (replay->command != NULL)
		return prepare(replay, task, replay->command);
	good = event_command(&command, task, data) &&
	    prepare(replay, task, command.item);
	strvec_release(&command);
	return good;
}

static void
prepare_or_fail(struct replay *replay, struct task *task)
{
	if (!prepare_event(replay, task))
		fail(replay, task);
}

struct task *
task_from_line(struct replay *replay, const char *line, size_t len)
{
	struct task *task = task_new(replay);
	const char *why, *type;

	replay->in++;
	buf_add(&task->line, line, len);
	buf_add_char(&task->line, '\n');
	task->event = event_parse(line, len, &why);
	type = text_of(task->event, "type");
	if (task->event == NULL) {
		msg_warnx(
		    "line %llu is not an event line: %s", replay->in, why);
		replay->rejected++;
		replay->status = exit_worse(replay->status, 1);
	}
	if (type == NULL || strcmp(type, "crash") != 0) {
		json_decref(task->event);
		task->event = NULL;
		replay->passed++;
		task->done = true;
	} else
		prepare_or_fail(replay, task);
	return task;
}

/* How the input was run, so that anybody can run it again. */
static void
emit_command(struct emit *e, char *const command[])
{
	char *file = program_find(command[0]);
	char *whole = file != NULL ? realpath(file, NULL) : NULL;

	emit_array(e, "command");
	emit_bytes_str(e, NULL, whole != NULL ? whole : command[0]);
	for (size_t i = 1; command[i] != NULL; i++)
		emit_bytes_str(e, NULL, command[i]);
	emit_end(e);
	emit_object(e, "env");
	for (size_t i = 0; command_sanitizer_names[i] != NULL; i++) {
		const char *value = getenv(command_sanitizer_names[i]);

		if (value != NULL)
			emit_bytes_str(e, command_sanitizer_names[i], value);
	}
	emit_end(e);
	free(file);
	free(whole);
}

void
record_init(struct replay *replay)
{
	struct buf text = BUF_INIT;
	struct emit e;

	strvec_add_all(&replay->env, environ);
	command_sanitizers(&replay->env, false, replay->symbolizer);
	if (replay->command == NULL)
		return;
	emit_begin(&e, &text);
	emit_object(&e, NULL);
	emit_command(&e, replay->command);
	emit_end(&e);
	replay->made = json_loadb(text.data, text.len, 0, NULL);
	buf_release(&text);
}

/* A crash event for an input of which nothing is known yet. */
static json_t *
make_event(const struct replay *replay, const char *path)
{
	const char *target = NULL, *slash;
	json_t *event;

	if (replay->command != NULL) {
		slash = strrchr(replay->command[0], '/');
		target = slash != NULL ? slash + 1 : replay->command[0];
	}
	event = crash_event_new(path, target);
	if (event != NULL && replay->made != NULL)
		json_object_update(
		    json_object_get(event, "data"), replay->made);
	return event;
}

/* An input and nothing else. */
static bool
prepare_path(struct replay *replay, struct task *task, const char *path)
{
	task->made = true;
	task->name = mem_dup(path);
	task->input = mem_dup(path);
	task->event = make_event(replay, path);
	if (task->event == NULL) {
		replay->status =
		    exit_worse(replay->status, msg_exit_code(errno));
		msg_warn("open %s", msg_quote(path));
		return false;
	}
	if (replay->command != NULL)
		return prepare(replay, task, replay->command);
	msg_warnx("%s: no command is given, and pf-run has left none beside it",
	    msg_quote(path));
	return false;
}

struct task *
task_from_path(struct replay *replay, const char *path)
{
	struct task *task = task_new(replay);

	replay->in++;
	task->event = provenance_event(path);
	if (task->event != NULL)
		prepare_or_fail(replay, task);
	else if (!prepare_path(replay, task, path))
		fail(replay, task);
	return task;
}

/* Sets the trace; whoever named the crash by another one is asked again. */
static void
set_trace(struct task *task, json_t *data)
{
	json_t *before = json_incref(json_object_get(data, "trace"));

	trace_set(data, task->trace.data, task->trace.len);
	if (!json_equal(before, json_object_get(data, "trace")))
		json_object_del(data, "rules");
	json_decref(before);
}

static void
set_end(struct task *task, json_t *data)
{
	if (task->signal > 0)
		json_object_set_new(data, "signal", json_integer(task->signal));
	if (task->exit_code >= 0)
		json_object_set_new(
		    data, "exit_code", json_integer(task->exit_code));
	else
		json_object_del(data, "exit_code");
	if (task->timed_out)
		json_object_set_new(data, "kind", json_string("timeout"));
}

void
record_verdict(struct replay *replay, struct task *task, enum verdict verdict)
{
	json_t *data = json_object_get(task->event, "data"), *told;
	unsigned hits = 0;

	if (task->event == NULL)
		return; /* a missing input: that is its status */
	if (verdict != VERDICT_SAME)
		replay->status = exit_worse(
		    replay->status, verdict == VERDICT_ERROR ? 75 : 1);
	for (unsigned i = 0; i < task->finished; i++)
		if (sighting_hit(&task->sightings[i], &task->expected))
			hits++;
	/* Of another crash than the event's only the verdict is told. */
	if (task->hit &&
	    (verdict == VERDICT_SAME || verdict == VERDICT_FLAKY ||
		json_object_get(data, "trace") == NULL)) {
		if (task->trace.len > 0)
			set_trace(task, data);
		set_end(task, data);
	}
	told = json_object();
	json_object_set_new(told, "runs", json_integer(task->finished));
	json_object_set_new(told, "hits", json_integer(hits));
	json_object_set_new(
	    told, "verdict", json_string(verdict_name(verdict)));
	json_object_set_new(data, "replay", told);
	buf_clear(&task->line);
	if (task->made)
		crash_event_print(&task->line, task->event);
	else
		event_rewrite(&task->line, task->event);
}
