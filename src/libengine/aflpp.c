/* AFL++: afl-fuzz 2.68c to 4.3x, one process an instance. */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "aflpp_stats.h"
#include "engine.h"
#include "mem.h"

/* Secondaries take these in turn, so that no two instances work alike. */
static const char *const schedules[] = {
    "explore", "coe", "lin", "quad", "exploit", "rare"};

static unsigned
processes(const struct engine_job *job)
{
	return job->instances;
}

static char *
instance(const struct engine_job *job, unsigned number)
{
	if (job->instances == 1)
		return mem_dup("default"); /* afl-fuzz's own name for it */
	return number == 0 ? mem_dup("main") : mem_printf("s%02u", number);
}

static char *
corpus(const struct engine_job *job, unsigned number)
{
	char *name = instance(job, number);
	char *path = mem_printf("out/%s/queue", name);

	free(name);
	return path;
}

static uint64_t
memory(const struct engine_job *job, unsigned number)
{
	(void)number;
	return job->memory_bytes;
}

static void
directories(const struct engine_job *job, struct strvec *out)
{
	(void)job;
	strvec_add(out, "out");
}

/*
 * afl-fuzz insists on some sanitizer options where any are set, and sets good
 * ones itself where none are.
 */
static void
complete_sanitizer_options(struct strvec *env)
{
	static const char *const names[] = {"ASAN_OPTIONS", "MSAN_OPTIONS"};
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *set = strvec_env_get(env, names[i]);
		char *whole;

		if (set == NULL)
			continue;
		whole = mem_printf("%s:abort_on_error=1:symbolize=0", set);
		strvec_env_set(env, names[i], whole);
		free(whole);
	}
}

static void
command(const struct engine_job *job, unsigned number, struct strvec *argv,
    struct strvec *env)
{
	char *name = instance(job, number);

	strvec_add(argv, "afl-fuzz");
	strvec_add(argv, "-i");
	strvec_add(argv, job->seeds);
	strvec_add(argv, "-o");
	strvec_addf(argv, "%s/out", job->directory);
	if (job->instances > 1) {
		strvec_add(argv, number == 0 ? "-M" : "-S");
		strvec_add(argv, name);
	}
	if (number > 0) {
		strvec_add(argv, "-p");
		strvec_add(argv,
		    schedules[(number - 1) %
			(sizeof schedules / sizeof schedules[0])]);
	}
	strvec_add(argv, "-m");
	strvec_add(argv, "none");
	/* The plus: a seed that takes longer is skipped, not an abort. */
	strvec_add(argv, "-t");
	strvec_addf(argv, "%lld+", (long long)job->timeout_ms);
	if (job->dictionary != NULL) {
		strvec_add(argv, "-x");
		strvec_add(argv, job->dictionary);
	}
	strvec_add(argv, "--");
	strvec_add_all(argv, job->target);
	/* All of these are known to 2.68c: a name that the installed version
	 * does not know costs a warning and two seconds. */
	strvec_env_set(env, "AFL_NO_UI", "1");
	strvec_env_set(env, "AFL_SKIP_CPUFREQ", "1");
	strvec_env_set(env, "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "1");
	strvec_env_set(env, "AFL_NO_AFFINITY", "1");
	/* Without it a second start deletes the queue and the crashes. */
	strvec_env_set(env, "AFL_AUTORESUME", "1");
	complete_sanitizer_options(env);
	free(name);
}

static void
replay(const struct engine_job *job, struct strvec *argv)
{
	strvec_add_all(argv, job->target);
}

static bool
begins_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* "crashes" and the "crashes.<date>" that a resume makes of it. */
static bool
is_or_was(const char *name, const char *base)
{
	size_t n = strlen(base);

	return strncmp(name, base, n) == 0 &&
	    (name[n] == '\0' || name[n] == '.');
}

static enum engine_directory
directory(const char *path)
{
	const char *below;

	if (strcmp(path, "out") == 0)
		return ENGINE_PARENT;
	if (!begins_with(path, "out/"))
		return ENGINE_IGNORED;
	below = strchr(path + strlen("out/"), '/');
	if (below == NULL)
		return ENGINE_PARENT;
	below++;
	if (is_or_was(below, "crashes"))
		return ENGINE_CRASHES;
	if (is_or_was(below, "hangs"))
		return ENGINE_HANGS;
	return strcmp(below, "queue") == 0 ? ENGINE_CORPUS : ENGINE_IGNORED;
}

/* "id:000000,sig:06,src:…", or "id_000000_06" of SIMPLE_FILES builds. */
static struct engine_artifact
artifact(const char *name)
{
	struct engine_artifact a = {.is_crash = true};
	const char *signal = strstr(name, "sig:");
	long number = 0;

	if (strcmp(name, "README.txt") == 0 || name[0] == '.')
		a.is_crash = false;
	if (signal != NULL)
		number = strtol(signal + 4, NULL, 10);
	/* Whatever a stranger's file is called. */
	if (number > 0 && number < NSIG)
		a.signal = (int)number;
	return a;
}

struct engine_log {
	char *abort_text; /* of PROGRAM ABORT or SYSTEM ERROR; owned */
	char *os_message; /* owned */
	char *last_stats; /* the text that was last told; owned */
};

static struct engine_log *
log_new(void)
{
	return mem_calloc(1, sizeof(struct engine_log));
}

static void
log_free(struct engine_log *log)
{
	free(log->abort_text);
	free(log->os_message);
	free(log->last_stats);
	free(log);
}

/* Without ANSI sequences and cut to a length for a message. */
static char *
plain(const char *text, size_t len)
{
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < len && b.len < 300; i++) {
		if (text[i] == '\x1b') {
			while (i < len && text[i] != 'm')
				i++;
		} else if ((unsigned char)text[i] >= ' ') {
			buf_add_char(&b, text[i]);
		}
	}
	while (b.len > 0 && b.data[b.len - 1] == ' ')
		buf_truncate(&b, b.len - 1);
	return buf_take(&b);
}

static bool
keep_after(char **to, const char *line, const char *mark)
{
	const char *found = strstr(line, mark);

	if (found == NULL)
		return false;
	found += strlen(mark);
	free(*to);
	*to = mem_dup(found + strspn(found, " :"));
	return true;
}

static void
log_line(struct engine_log *log, const char *line, size_t len)
{
	char *text;

	if (memmem(line, len, "PROGRAM ABORT", 13) == NULL &&
	    memmem(line, len, "SYSTEM ERROR", 12) == NULL &&
	    memmem(line, len, "OS message", 10) == NULL)
		return;
	text = plain(line, len);
	if (!keep_after(&log->abort_text, text, "PROGRAM ABORT") &&
	    !keep_after(&log->abort_text, text, "SYSTEM ERROR"))
		keep_after(&log->os_message, text, "OS message");
	free(text);
}

static bool
stats(struct engine_log *log, int job_fd, const char *name, struct stats *s)
{
	char *path = mem_printf("out/%s/fuzzer_stats", name);
	struct buf text = BUF_INIT;
	bool fresh = false;

	/* Up to 4.08c it is rewritten in place, so it may be seen half: what
	 * is torn now is whole at the next look. */
	if (buf_read_file(&text, job_fd, path, 1 << 20) == 0 &&
	    (log->last_stats == NULL ||
		strcmp(log->last_stats, text.data) != 0) &&
	    aflpp_stats_parse(text.data, text.len, s) == NULL) {
		free(log->last_stats);
		log->last_stats = buf_take(&text);
		fresh = true;
	}
	buf_release(&text);
	free(path);
	return fresh;
}

/* What will be as wrong the next time; matched against the abort's text. */
static const char *const misuse[] = {"not found or not executable",
    "is a shell script", "No instrumentation detected", "No usable test cases",
    "We need at least one valid input seed", "results in a timeout",
    "At-risk data found", "is in use", "Pipe at the beginning of",
    "Suboptimal CPU scaling governor", "Unable to open",
    "Fork server handshake failed", "Timeout while initializing fork server",
    "Unrecognized"};

static enum engine_end
ended(const struct engine_log *log, int wait_status, int64_t lived_ms,
    const char **reason)
{
	size_t i;

	(void)lived_ms;
	*reason = log->abort_text;
	if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0)
		return ENGINE_DONE;
	if (log->abort_text == NULL)
		return ENGINE_BROKE;
	for (i = 0; i < sizeof misuse / sizeof misuse[0]; i++)
		if (strstr(log->abort_text, misuse[i]) != NULL)
			return ENGINE_MISUSED;
	return ENGINE_BROKE;
}

const struct engine engine_aflpp = {
    .name = "afl++",
    .program = "afl-fuzz",
    .marker = "__AFL_SHM_ID",
    .not_marker = "libFuzzer: deadly signal",
    .needs_seeds = true,
    .tells_often = true,
    /* It renames crashes/ by the second: two starts in one delete them. */
    .pause_ms = 2000,
    .stop_signal = SIGTERM,
    .stop_group = false,
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
