/*
 * Any other fuzzer: a command that is run as it was given, and a directory in
 * which its crash inputs appear.
 */
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "engine.h"
#include "mem.h"
#include "msg.h"

static unsigned
processes(const struct engine_job *job)
{
	return job->instances;
}

static char *
instance(const struct engine_job *job, unsigned number)
{
	return job->instances == 1 ? mem_dup("other")
				   : mem_printf("other%u", number);
}

static char *
corpus(const struct engine_job *job, unsigned number)
{
	(void)job;
	(void)number;
	return NULL;
}

static uint64_t
memory(const struct engine_job *job, unsigned number)
{
	(void)number;
	return job->memory_bytes;
}

/* Its crash directory may not be there yet: it may make that itself. */
static int
unready(const struct engine_job *job, char **why)
{
	struct stat st;

	if (job->crash_dir == NULL) {
		*why = mem_dup("a fuzzer that is not known needs --crash-dir, "
			       "where its crash inputs appear");
		return EX_USAGE;
	}
	if (stat(job->crash_dir, &st) < 0) {
		if (errno == ENOENT)
			return 0;
		*why = mem_printf("crash directory %s: %s",
		    msg_quote(job->crash_dir), strerror(errno));
		return msg_exit_code(errno);
	}
	if (!S_ISDIR(st.st_mode)) {
		*why = mem_printf("crash directory %s: not a directory",
		    msg_quote(job->crash_dir));
		return EX_CONFIG;
	}
	return 0;
}

static void
directories(const struct engine_job *job, struct strvec *out)
{
	(void)job;
	strvec_add(out, "work");
}

static void
command(const struct engine_job *job, unsigned number, struct strvec *argv,
    struct strvec *env)
{
	char *name = instance(job, number), *work;

	strvec_add_all(argv, job->target);
	strvec_env_set(env, "PF_INSTANCE", name);
	strvec_env_set(env, "PF_JOB_DIRECTORY", job->directory);
	work = mem_printf("%s/work", job->directory);
	strvec_env_set(env, "PF_WORK_DIRECTORY", work);
	free(work);
	free(name);
}

/* The command is the fuzzer's; what it runs an input with is not known. */
static void
replay(const struct engine_job *job, struct strvec *argv)
{
	(void)job;
	(void)argv;
}

/* What it leaves is watched by name: crash_dir. */
static enum engine_directory
directory(const char *path)
{
	(void)path;
	return ENGINE_IGNORED;
}

/* crash_patterns have said already that it is one. */
static struct engine_artifact
artifact(const char *name)
{
	(void)name;
	return (struct engine_artifact){.is_crash = true};
}

struct engine_log {
	char *last_line; /* that has something in it; NULL or owned */
};

static struct engine_log *
log_new(void)
{
	return mem_calloc(1, sizeof(struct engine_log));
}

static void
log_free(struct engine_log *log)
{
	free(log->last_line);
	free(log);
}

static void
log_line(struct engine_log *log, const char *line, size_t len)
{
	while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\r'))
		len--;
	if (len == 0)
		return;
	free(log->last_line);
	log->last_line = mem_dup_n(line, len > 400 ? 400 : len);
}

/* Nothing is known but that it runs. */
static bool
stats(struct engine_log *log, int job_fd, const char *name, struct stats *s)
{
	(void)log;
	(void)job_fd;
	(void)name;
	(void)s;
	return true;
}

static enum engine_end
ended(const struct engine_log *log, int wait_status, int64_t lived_ms,
    const char **reason)
{
	(void)lived_ms;
	*reason = log->last_line;
	return WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0
	    ? ENGINE_DONE
	    : ENGINE_BROKE;
}

const struct engine engine_other = {
    .name = "other",
    .any_target = true,
    .rewrites_artifacts = true,
    .stop_signal = SIGTERM,
    .stop_group = true,
    .processes = processes,
    .instance = instance,
    .corpus = corpus,
    .memory = memory,
    .unready = unready,
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
