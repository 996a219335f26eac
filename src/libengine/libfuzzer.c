/*
 * libFuzzer (LLVM 14): one process that keeps `instances` workers by -fork and
 * goes on after crashes.
 */
#include <signal.h>
#include <sys/wait.h>

#include "engine.h"
#include "libfuzzer_log.h"
#include "mem.h"

static unsigned
processes(const struct engine_job *job)
{
	(void)job;
	return 1;
}

static char *
instance(const struct engine_job *job, unsigned number)
{
	(void)job;
	(void)number;
	return mem_dup("libfuzzer");
}

static char *
corpus(const struct engine_job *job, unsigned number)
{
	(void)job;
	(void)number;
	return mem_dup("corpus");
}

/* -rss_limit_mb holds for each worker, and the parent loads the corpus too. */
static uint64_t
memory(const struct engine_job *job, unsigned number)
{
	(void)number;
	return job->memory_bytes * (job->instances + 1);
}

static void
directories(const struct engine_job *job, struct strvec *out)
{
	(void)job;
	strvec_add(out, "artifacts");
	strvec_add(out, "corpus");
	strvec_add(out, "tmp");
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
command(const struct engine_job *job, unsigned number, struct strvec *argv,
    struct strvec *env)
{
	char *tmp = mem_printf("%s/tmp", job->directory);
	char *const *word;

	(void)number;
	strvec_add(argv, job->target[0]);
	strvec_addf(argv, "-fork=%u", job->instances);
	strvec_add(argv, "-ignore_crashes=1");
	strvec_add(argv, "-ignore_ooms=1");
	strvec_add(argv, "-ignore_timeouts=1");
	/* A plain prefix: without the slash it would be part of the names. */
	strvec_addf(argv, "-artifact_prefix=%s/artifacts/", job->directory);
	add_limits(job, argv);
	if (job->dictionary != NULL)
		strvec_addf(argv, "-dict=%s", job->dictionary);
	for (word = job->target + 1; *word != NULL; word++)
		strvec_add(argv, *word);
	strvec_addf(argv, "%s/corpus", job->directory);
	if (job->seeds != NULL)
		strvec_add(argv, job->seeds);
	/* Its working directory is left behind when it is killed; in here it
	 * is ours to remove. */
	strvec_env_set(env, "TMPDIR", tmp);
	free(tmp);
}

static void
replay(const struct engine_job *job, struct strvec *argv)
{
	char *const *word;

	strvec_add(argv, job->target[0]);
	add_limits(job, argv);
	for (word = job->target + 1; *word != NULL; word++)
		strvec_add(argv, *word);
	strvec_add(argv, "@@");
}

static enum engine_directory
directory(const char *path)
{
	if (strcmp(path, "artifacts") == 0)
		return ENGINE_CRASHES;
	if (strcmp(path, "corpus") == 0)
		return ENGINE_CORPUS;
	if (strcmp(path, "tmp") == 0)
		return ENGINE_PARENT;
	/* "libFuzzerTemp.FuzzWithFork<pid>.dir" holds a log a worker. */
	if (strncmp(path, "tmp/libFuzzerTemp.", 18) == 0 &&
	    strchr(path + 18, '/') == NULL)
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

/* Exit codes say little here: a -fork parent ends with its last job's. */
static enum engine_end
ended(const struct engine_log *log, int wait_status, int64_t lived_ms,
    const char **reason)
{
	*reason = log->parsed.last_words;
	if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0)
		return ENGINE_DONE;
	if (WIFEXITED(wait_status) && !log->parsed.initialized &&
	    lived_ms < 2000 && log->parsed.last_words != NULL)
		return ENGINE_MISUSED;
	return ENGINE_BROKE;
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
    .tells_often = true,
    .stop_signal = SIGUSR1,
    .stop_group = true,
    .processes = processes,
    .instance = instance,
    .corpus = corpus,
    .memory = memory,
    .directories = directories,
    .command = command,
    .replay = replay,
    .directory = directory,
    .artifact = artifact,
    .log_new = log_new,
    .log_free = log_free,
    .log_line = log_line,
    .stats = stats,
    .ended = ended,
};
