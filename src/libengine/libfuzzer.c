/*
 * libFuzzer (LLVM 14, and what speaks its log: cargo-fuzz, jazzer). In fork
 * mode one process keeps `instances` workers and goes on after crashes; in
 * single mode there are that many processes over one corpus, and each ends at
 * its first crash.
 */
#include <signal.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "engine.h"
#include "leftovers.h"
#include "libfuzzer_log.h"
#include "mem.h"
#include "msg.h"

static unsigned
processes(const struct engine_job *job)
{
	return job->mode == ENGINE_MODE_SINGLE ? job->instances : 1;
}

static char *
instance(const struct engine_job *job, unsigned number)
{
	return job->mode == ENGINE_MODE_SINGLE
	    ? mem_printf("libfuzzer%u", number)
	    : mem_dup("libfuzzer");
}

static char *
corpus(const struct engine_job *job, unsigned number)
{
	(void)job;
	(void)number;
	return mem_dup("corpus");
}

/*
 * -rss_limit_mb holds for each worker, and the parent loads the corpus too. A
 * single process must be able to pass its own limit, or it would never write
 * the input down that took so much.
 */
static uint64_t
memory(const struct engine_job *job, unsigned number)
{
	(void)number;
	return job->mode == ENGINE_MODE_SINGLE
	    ? job->memory_bytes + job->memory_bytes / 2
	    : job->memory_bytes * (job->instances + 1);
}

/*
 * -fork tells of each job, and a job takes 300 s at the most. A single process
 * says less and less.
 */
static int64_t
silence(const struct engine_job *job)
{
	return job->mode == ENGINE_MODE_FORK ? 420000 : 0;
}

/* Whether sh(1) takes it for one word, and for that one. */
static bool
is_plain_word(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789%+,-./:=@_";

	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x80 && strchr(plain, *text) == NULL)
			return false;
	return true;
}

/* In fork mode a worker's command is put together for sh, without quotes. */
static int
unready(const struct engine_job *job, char **why)
{
	char *const *word = job->target;
	const char *bad = NULL;

	if (job->mode != ENGINE_MODE_FORK)
		return 0;
	for (; bad == NULL && *word != NULL; word++)
		if (!is_plain_word(*word))
			bad = *word;
	if (bad == NULL && !is_plain_word(job->directory))
		bad = job->directory;
	if (bad == NULL && job->seeds != NULL && !is_plain_word(job->seeds))
		bad = job->seeds;
	if (bad == NULL && job->dictionary != NULL &&
	    !is_plain_word(job->dictionary))
		bad = job->dictionary;
	if (bad == NULL)
		return 0;
	*why = mem_printf("libFuzzer's fork mode gives its words to a shell, "
			  "which would not take %s as it is: name it "
			  "otherwise, or use --mode single",
	    msg_quote(bad));
	return EX_CONFIG;
}

static void
directories(const struct engine_job *job, struct strvec *out)
{
	unsigned i;
	char *name;

	strvec_add(out, "artifacts");
	strvec_add(out, "corpus");
	strvec_add(out, "tmp");
	for (i = 0; i < processes(job); i++) {
		name = instance(job, i);
		strvec_addf(out, "artifacts/%s", name);
		strvec_addf(out, "tmp/%s", name);
		free(name);
	}
}

static void
add_limits(const struct engine_job *job, struct strvec *argv)
{
	strvec_addf(
	    argv, "-timeout=%lld", (long long)(job->timeout_ms + 999) / 1000);
	strvec_addf(argv, "-rss_limit_mb=%llu",
	    (unsigned long long)(job->memory_bytes >> 20));
}

static void
add_mode(const struct engine_job *job, struct strvec *argv)
{
	if (job->mode == ENGINE_MODE_SINGLE) {
		/* What the others found. */
		strvec_add(argv, "-reload=1");
		/* The only exact count of a process that ends soon. */
		strvec_add(argv, "-print_final_stats=1");
		return;
	}
	strvec_addf(argv, "-fork=%u", job->instances);
	strvec_add(argv, "-ignore_crashes=1");
	strvec_add(argv, "-ignore_ooms=1");
	strvec_add(argv, "-ignore_timeouts=1");
}

static void
add_arguments(const struct engine_job *job, struct strvec *argv)
{
	char *const *word;

	for (word = job->target + 1; *word != NULL; word++)
		strvec_add(argv, *word);
}

/* What it and its target write there is ours to remove. */
static void
set_tmp(const struct engine_job *job, const char *name, struct strvec *env)
{
	char *tmp = mem_printf("%s/tmp/%s", job->directory, name);

	strvec_env_set(env, "TMPDIR", tmp);
	free(tmp);
}

static void
command(const struct engine_job *job, unsigned number, struct strvec *argv,
    struct strvec *env)
{
	char *name = instance(job, number);

	strvec_add(argv, job->target[0]);
	add_mode(job, argv);
	/* A plain prefix: without the slash it would be part of the names. */
	strvec_addf(
	    argv, "-artifact_prefix=%s/artifacts/%s/", job->directory, name);
	/* A worker's log that has become too long is no crash of its input. */
	strvec_add(argv, "-handle_xfsz=0");
	add_limits(job, argv);
	if (job->dictionary != NULL)
		strvec_addf(argv, "-dict=%s", job->dictionary);
	add_arguments(job, argv);
	strvec_addf(argv, "%s/corpus", job->directory);
	if (job->seeds != NULL)
		strvec_add(argv, job->seeds);
	set_tmp(job, name, env);
	free(name);
}

/*
 * The control file, beside `to`, lets a merge that was ended by a crash go on
 * after it; it is left there.
 */
static void
minimize(const struct engine_job *job, unsigned number, const char *from,
    const char *to, struct strvec *argv, struct strvec *env)
{
	char *name = instance(job, number);

	strvec_add(argv, job->target[0]);
	strvec_add(argv, "-merge=1");
	strvec_addf(argv, "-merge_control_file=%s.control", to);
	strvec_addf(
	    argv, "-artifact_prefix=%s/artifacts/%s/", job->directory, name);
	/* A worker's log that has become too long is no crash of its input. */
	strvec_add(argv, "-handle_xfsz=0");
	add_limits(job, argv);
	add_arguments(job, argv);
	strvec_add(argv, to);
	strvec_add(argv, from);
	set_tmp(job, name, env);
	free(name);
}

static void
tidy(const struct engine_job *job, int job_fd, unsigned number, bool is_running)
{
	char *name, *path;

	if (is_running)
		return;
	name = instance(job, number);
	path = mem_printf("tmp/%s", name);
	leftovers_remove(job_fd, path);
	free(path);
	free(name);
}

static void
replay(const struct engine_job *job, struct strvec *argv)
{
	strvec_add(argv, job->target[0]);
	add_limits(job, argv);
	add_arguments(job, argv);
	strvec_add(argv, "@@");
}

/* What follows "BASE/" in the path; NULL when it is none such. */
static const char *
below(const char *path, const char *base)
{
	size_t n = strlen(base);

	return strncmp(path, base, n) == 0 && path[n] == '/' ? path + n + 1
							     : NULL;
}

static enum engine_directory
directory(const char *path)
{
	const char *rest;

	if (strcmp(path, "corpus") == 0)
		return ENGINE_CORPUS;
	if (strcmp(path, "artifacts") == 0 || strcmp(path, "tmp") == 0)
		return ENGINE_PARENT;
	if ((rest = below(path, "artifacts")) != NULL)
		return strchr(rest, '/') == NULL ? ENGINE_CRASHES
						 : ENGINE_IGNORED;
	if ((rest = below(path, "tmp")) == NULL)
		return ENGINE_IGNORED;
	rest = strchr(rest, '/');
	if (rest == NULL)
		return ENGINE_PARENT;
	/* "libFuzzerTemp.FuzzWithFork<pid>.dir" holds a log a worker. */
	if (strncmp(rest, "/libFuzzerTemp.", 15) == 0 &&
	    strchr(rest + 1, '/') == NULL)
		return ENGINE_WORKER_LOGS;
	return ENGINE_IGNORED;
}

static struct engine_artifact
artifact(const char *name)
{
	static const struct {
		const char *prefix;
		struct engine_artifact what;
	} rows[] = {
	    {"crash-", {true, NULL, 0}},
	    {"leak-", {true, "leak", 0}},
	    {"oom-", {true, "out-of-memory", 0}},
	    {"timeout-", {true, "timeout", 0}},
	};
	static const struct engine_artifact none;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strncmp(name, rows[i].prefix, strlen(rows[i].prefix)) == 0)
			return rows[i].what;
	return none;
}

struct engine_log {
	struct libfuzzer_log parsed;
};

static struct engine_log *
log_new(void)
{
	struct engine_log *log = mem_alloc(sizeof *log);

	libfuzzer_log_init(&log->parsed);
	return log;
}

static void
log_free(struct engine_log *log)
{
	libfuzzer_log_release(&log->parsed);
	free(log);
}

static void
log_line(struct engine_log *log, const char *line, size_t len)
{
	libfuzzer_log_line(&log->parsed, line, len);
}

static bool
stats(struct engine_log *log, int job_fd, const char *name, struct stats *s)
{
	(void)job_fd;
	(void)name;
	if (!log->parsed.changed)
		return false;
	log->parsed.changed = false;
	/* It holds no strings of its own, so this is a whole copy. */
	*s = log->parsed.stats;
	return true;
}

/* A timeout's report follows its artifact, any other comes before. */
static bool
report(const struct engine_log *log, int job_fd, const char *dir,
    const char *name, size_t max, struct buf *to)
{
	const struct libfuzzer_log *l = &log->parsed;
	size_t from = l->text.len > max ? l->text.len - max : 0;

	(void)job_fd;
	(void)dir;
	if (l->artifact == NULL || strcmp(l->artifact, name) != 0)
		return false;
	buf_add(to, l->text.data + from, l->text.len - from);
	return l->summarized;
}

static char *
last_artifact(const struct engine_log *log, const char *name)
{
	return log->parsed.artifact == NULL
	    ? NULL
	    : mem_printf("artifacts/%s/%s", name, log->parsed.artifact);
}

/* The name of an artifact of no bytes, by their SHA-1. */
static bool
is_empty_input(const char *artifact)
{
	return strstr(artifact, "-da39a3ee5e6b4b0d3255bfef95601890afd80709") !=
	    NULL;
}

/* A process that ends at its first crash, with the artifact written. */
static enum engine_end
ended_with_find(const struct libfuzzer_log *l, const char **reason)
{
	if (l->cause != NULL)
		*reason = l->cause;
	if (l->initialized)
		return ENGINE_FOUND;
	/* It always begins with that one. */
	if (is_empty_input(l->artifact)) {
		*reason = "the target does not survive the empty input, "
			  "which libFuzzer begins with";
		return ENGINE_MISUSED;
	}
	return ENGINE_STUMBLED;
}

/* Exit codes say little here: a -fork parent ends with its last job's. */
static enum engine_end
ended(const struct engine_log *log, int wait_status, int64_t lived_ms,
    const char **reason)
{
	const struct libfuzzer_log *l = &log->parsed;

	*reason = l->last_words;
	if (WIFEXITED(wait_status) &&
	    (WEXITSTATUS(wait_status) == 0 || l->wrapped_up)) {
		if (l->fork || l->counted)
			return ENGINE_DONE;
		/* libFuzzer sees exit(3), but not _exit(2). */
		*reason = "the target ended the process with status 0";
		return ENGINE_BROKE;
	}
	if (!l->fork && l->artifact != NULL)
		return ended_with_find(l, reason);
	if (WIFEXITED(wait_status) && !l->initialized && lived_ms < 2000 &&
	    l->last_words != NULL)
		return ENGINE_MISUSED;
	return ENGINE_BROKE;
}

/* So many jobs in a row, none of which executed anything. */
#define IDLE_ENDS 50

static const char *
failing(const struct engine_log *log)
{
	return log->parsed.idle_ends < IDLE_ENDS
	    ? NULL
	    : "its workers end one after another without executing anything";
}

const struct engine engine_libfuzzer = {
    .name = "libfuzzer",
    .program = NULL,
    .marker = "libFuzzer: deadly signal",
    .not_marker = NULL,
    .needs_seeds = false,
    .counts_anew = true,
    .rewrites_artifacts = true,
    .logs_reports = true,
    .sha1_names = true,
    .any_target = true,
    .pause_ms = 200,
    .stop_signal = SIGUSR1,
    .stop_group = true,
    .processes = processes,
    .instance = instance,
    .corpus = corpus,
    .memory = memory,
    .unready = unready,
    .silence = silence,
    .directories = directories,
    .command = command,
    .minimize = minimize,
    .replay = replay,
    .directory = directory,
    .artifact = artifact,
    .log_new = log_new,
    .log_free = log_free,
    .log_line = log_line,
    .stats = stats,
    .report = report,
    .last_artifact = last_artifact,
    .tidy = tidy,
    .failing = failing,
    .ended = ended,
};
