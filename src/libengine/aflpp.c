/* AFL++: afl-fuzz 2.68c to 4.3x, one process an instance. */
#include <signal.h>

#include "aflpp.h"
#include "mem.h"

static unsigned
processes(const struct engine_job *job)
{
	return job->instances;
}

static char *
corpus(const struct engine_job *job, unsigned number)
{
	char *name = aflpp_instance(job, number);
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

/* It rewrites its statistics each minute (4.06c and later may be told more). */
static int64_t
silence(const struct engine_job *job)
{
	(void)job;
	return 180000;
}

static void
directories(const struct engine_job *job, struct strvec *out)
{
	(void)job;
	strvec_add(out, "out");
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

const struct engine engine_aflpp = {
    .name = "afl++",
    .program = "afl-fuzz",
    .marker = "__AFL_SHM_ID",
    .not_marker = "libFuzzer: deadly signal",
    .needs_seeds = true,
    /* It renames crashes/ by the second: two starts in one delete them. */
    .pause_ms = 2000,
    .stop_signal = SIGTERM,
    .stop_group = false,
    .processes = processes,
    .instance = aflpp_instance,
    .corpus = corpus,
    .memory = memory,
    .silence = silence,
    .directories = directories,
    .unready = aflpp_unready,
    .beside = aflpp_beside,
    .command = aflpp_command,
    .minimize = aflpp_minimize,
    .minimized = aflpp_minimized,
    .corpus_replaced = aflpp_corpus_replaced,
    .replay = replay,
    .directory = directory,
    .artifact = artifact,
    .log_new = aflpp_log_new,
    .log_free = aflpp_log_free,
    .log_line = aflpp_log_line,
    .stats = aflpp_log_stats,
    .ended = aflpp_log_ended,
};
