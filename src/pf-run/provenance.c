/* Crash events and provenance files as JSON. */
#include "provenance.h"

#include "clock.h"
#include "emit.h"

/* What in the environment changes how a target runs. */
static const char *const kept_variables[] = {"ASAN_OPTIONS", "LSAN_OPTIONS",
    "MSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH",
    "LD_PRELOAD", "AFL_PRELOAD"};

static void
emit_environment(struct emit *e)
{
	size_t i;

	emit_object(e, "env");
	for (i = 0; i < sizeof kept_variables / sizeof kept_variables[0]; i++) {
		const char *value = getenv(kept_variables[i]);

		if (value != NULL)
			emit_bytes_str(e, kept_variables[i], value);
	}
	emit_end(e);
}

static void
emit_command(struct emit *e, const struct job *job)
{
	struct strvec argv = STRVEC_INIT;
	size_t i;

	job->engine->replay(&job->run, &argv);
	emit_array(e, "command");
	for (i = 0; i < argv.count; i++)
		emit_bytes_str(e, NULL, argv.item[i]);
	emit_end(e);
	strvec_release(&argv);
}

/* What the event and the file have in common. */
static void
emit_common(struct emit *e, const struct provenance *p)
{
	struct buf kept = BUF_INIT;

	buf_addf(&kept, "%s/crashes/%s", p->job->directory, p->hash);
	emit_object(e, "input");
	emit_bytes_str(e, "name", p->name);
	emit_bytes(e, "path", kept.data, kept.len);
	emit_u64(e, "bytes", p->bytes);
	emit_string(e, "xxh128", p->hash);
	emit_end(e);
	if (p->kind != NULL)
		emit_string(e, "kind", p->kind);
	if (p->signal != 0)
		emit_i64(e, "signal", p->signal);
	emit_command(e, p->job);
	emit_environment(e);
	if (p->job->build_id[0] != '\0')
		emit_string(e, "build_id", p->job->build_id);
	buf_release(&kept);
}

void
provenance_event(struct buf *data, const struct provenance *p)
{
	struct emit e;

	emit_begin(&e, data);
	emit_object(&e, NULL);
	emit_common(&e, p);
	if (p->report->len > 0)
		emit_bytes(&e, "trace", p->report->data, p->report->len);
	emit_end(&e);
}

static void
emit_limits(struct emit *e, const struct engine_job *run)
{
	emit_object(e, "limits");
	emit_real(e, "timeout_seconds", (double)run->timeout_ms / 1000);
	emit_u64(e, "memory_bytes", run->memory_bytes);
	emit_end(e);
}

void
provenance_file(struct buf *text, const struct provenance *p, const char *node)
{
	char *here = getcwd(NULL, 0);
	char time[CLOCK_TEXT];
	struct emit e;

	clock_format(p->time_ms, time);
	emit_begin(&e, text);
	emit_object(&e, NULL);
	emit_string(&e, "time", time);
	emit_bytes_str(&e, "node", node);
	emit_bytes_str(&e, "job", p->job->name);
	emit_bytes_str(&e, "target", p->job->target);
	emit_string(&e, "fuzzer", p->job->engine->name);
	emit_bytes_str(&e, "instance", p->instance);
	emit_bytes_str(&e, "found", p->path);
	emit_common(&e, p);
	if (here != NULL)
		emit_bytes_str(&e, "working_directory", here);
	emit_limits(&e, &p->job->run);
	if (p->report->len > 0)
		emit_bytes(&e, "log", p->report->data, p->report->len);
	emit_end(&e);
	buf_add_char(text, '\n');
	free(here);
}
