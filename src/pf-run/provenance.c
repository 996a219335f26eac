/* Crash events and provenance files as JSON. */
#include "provenance.h"

#include "clock.h"
#include "emit.h"
#include "origin.h"

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

static void
emit_input(struct emit *e, const struct provenance *p)
{
	struct buf path = BUF_INIT;

	if (p->lost)
		buf_addf(&path, "%s/%s", p->job->directory, p->path);
	else
		buf_addf(&path, "%s/crashes/%s", p->job->directory, p->hash);
	emit_object(e, "input");
	emit_bytes_str(e, "name", p->name);
	emit_bytes(e, "path", path.data, path.len);
	emit_u64(e, "bytes", p->bytes);
	if (!p->lost)
		emit_string(e, "xxh128", p->hash);
	if (p->lost)
		emit_bool(e, "lost", true);
	if (p->rescued)
		emit_bool(e, "rescued", true);
	if (p->damaged)
		emit_bool(e, "damaged", true);
	emit_end(e);
	buf_release(&path);
}

/* What the event and the file have in common. */
static void
emit_common(struct emit *e, const struct provenance *p)
{
	emit_input(e, p);
	if (p->kind != NULL)
		emit_string(e, "kind", p->kind);
	if (p->signal != 0)
		emit_i64(e, "signal", p->signal);
	emit_command(e, p->job);
	emit_environment(e);
	if (p->job->build_id[0] != '\0')
		emit_string(e, "build_id", p->job->build_id);
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

/* The index of the process with this name; the first where none has it. */
static unsigned
process_of(const struct job *job, const char *instance)
{
	unsigned i, count = job->engine->processes(&job->run);

	for (i = 0; i < count; i++) {
		char *name = job->engine->instance(&job->run, i);
		bool is_it = strcmp(name, instance) == 0;

		free(name);
		if (is_it)
			return i;
	}
	return 0;
}

static void
emit_words(struct emit *e, const char *key, const struct strvec *words)
{
	size_t i;

	emit_array(e, key);
	for (i = 0; i < words->count; i++)
		emit_bytes_str(e, NULL, words->item[i]);
	emit_end(e);
}

/* How the fuzzer was run, and what it says its version is. */
static void
emit_fuzzer(struct emit *e, const struct provenance *p)
{
	const struct engine *engine = p->job->engine;
	struct strvec argv = STRVEC_INIT, env = STRVEC_INIT;
	struct engine_log *log = engine->log_new();
	struct stats stats;

	stats_init(&stats);
	if (engine->stats(log, p->job->fd, p->instance, &stats) &&
	    stats.version != NULL)
		emit_bytes_str(e, "fuzzer_version", stats.version);
	stats_release(&stats);
	engine->log_free(log);
	engine->command(
	    &p->job->run, process_of(p->job, p->instance), &argv, &env);
	emit_words(e, "fuzzer_command", &argv);
	emit_words(e, "fuzzer_env", &env);
	strvec_release(&argv);
	strvec_release(&env);
}

static void
emit_limits(struct emit *e, const struct job *job)
{
	emit_object(e, "limits");
	emit_real(e, "timeout_seconds", (double)job->run.timeout_ms / 1000);
	emit_u64(e, "memory_bytes", job->run.memory_bytes);
	if (job->file_size_max > 0)
		emit_u64(e, "file_size_bytes", job->file_size_max);
	if (job->open_files_max > 0)
		emit_u64(e, "open_files", job->open_files_max);
	emit_end(e);
}

/* What follows the last `mark` in the report, up to one of `ends`. */
static bool
emit_after(struct emit *e, const char *key, const struct buf *report,
    const char *mark, const char *ends)
{
	const char *at = report->data, *found = NULL;

	while ((at = strstr(at, mark)) != NULL)
		found = at += strlen(mark);
	if (found == NULL || found[strcspn(found, ends)] == '\0')
		return false;
	emit_bytes(e, key, found, strcspn(found, ends));
	return true;
}

/*
 * Where the input came from: the testcase it was made of and how, and the
 * random seed, as far as the fuzzer says. libFuzzer has a line
 * "MS: 2 ChangeBit-EraseBytes-; base unit: <SHA-1>" before each artifact.
 */
static void
emit_origin(struct emit *e, const struct provenance *p)
{
	if (emit_after(e, "from", p->report, "; base unit: ", "\n"))
		emit_after(e, "op", p->report, "\nMS: ", ";\n");
	emit_after(e, "seed", p->report, "INFO: Seed: ", "\n");
	origin_of_name(e, p->name);
	if (p->job->run.seeds != NULL)
		emit_bytes_str(e, "seeds", p->job->run.seeds);
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
	emit_string(&e, "pf_version", PF_VERSION);
	emit_common(&e, p);
	if (here != NULL)
		emit_bytes_str(&e, "working_directory", here);
	emit_limits(&e, p->job);
	emit_fuzzer(&e, p);
	emit_origin(&e, p);
	if (p->report->len > 0)
		emit_bytes(&e, "log", p->report->data, p->report->len);
	emit_end(&e);
	buf_add_char(text, '\n');
	free(here);
}
