/* Checks before the start: each failure is one sentence and an exit status. */
#include "preflight.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "mem.h"
#include "msg.h"

/* What would be found in PATH if `name` were run; NULL when nothing would. */
static char *
find_in_path(const char *name)
{
	const char *path = getenv("PATH");
	struct stat st;

	if (strchr(name, '/') != NULL)
		return mem_dup(name);
	while (path != NULL && *path != '\0') {
		int n = (int)strcspn(path, ":");
		char *full = mem_printf(
		    "%.*s/%s", n > 0 ? n : 1, n > 0 ? path : ".", name);

		if (access(full, X_OK) == 0 && stat(full, &st) == 0 &&
		    S_ISREG(st.st_mode))
			return full;
		free(full);
		path += n + (path[n] == ':');
	}
	return NULL;
}

static char *
absolute(const char *path)
{
	char *real = realpath(path, NULL), *copy;

	if (real == NULL)
		return NULL;
	copy = mem_dup(real);
	free(real);
	return copy;
}

/* Replaces *path by its absolute form. */
static int
resolve(char **path, const char *what)
{
	char *full = absolute(*path);

	if (full == NULL) {
		int status = msg_exit_code(errno);

		msg_warn("%s %s", what, msg_quote(*path));
		return status;
	}
	free(*path);
	*path = full;
	return 0;
}

static int
check_target_file(struct job *job)
{
	char **program = &job->command.item[0];
	char *found = find_in_path(*program);
	struct stat st;
	int status;

	if (found == NULL) {
		msg_warnx("target %s: not found in PATH", msg_quote(*program));
		return EX_NOINPUT;
	}
	free(*program);
	*program = found;
	if ((status = resolve(program, "target")) != 0)
		return status;
	if (stat(*program, &st) == 0 && !S_ISREG(st.st_mode)) {
		msg_warnx("target %s: not a regular file", msg_quote(*program));
		return EX_CONFIG;
	}
	if (access(*program, X_OK) < 0) {
		msg_warnx("target %s: not executable", msg_quote(*program));
		return EX_NOPERM;
	}
	return 0;
}

/* -f is believed only as far as the program bears it out. */
static int
check_engine(struct job *job)
{
	const char *program = job->command.item[0], *why;
	const struct engine *built_for = engine_recognize(program, &why);

	if (job->engine != NULL && job->engine->marker == NULL)
		return 0; /* any program will do */
	if (built_for == NULL && why == NULL) {
		int status = msg_exit_code(errno);

		msg_warn("target %s", msg_quote(program));
		return status;
	}
	/* A script or launcher may stand before what was built for it. */
	if (built_for == NULL && job->engine != NULL && job->engine->any_target)
		return 0;
	if (built_for == NULL) {
		msg_warnx("target %s: %s", msg_quote(program), why);
		return EX_CONFIG;
	}
	if (job->engine != NULL && job->engine != built_for) {
		msg_warnx("target %s: built for %s, not for %s",
		    msg_quote(program), built_for->name, job->engine->name);
		return EX_CONFIG;
	}
	job->engine = built_for;
	return 0;
}

static int
check_engine_program(const struct job *job)
{
	char *found;

	if (job->engine->program == NULL)
		return 0;
	found = find_in_path(job->engine->program);
	if (found == NULL) {
		msg_warnx("%s: not found in PATH; it fuzzes targets built "
			  "for %s",
		    job->engine->program, job->engine->name);
		return EX_UNAVAILABLE;
	}
	free(found);
	return 0;
}

/* 1 when there is a file with something in it, 0 when not, -1 with errno. */
static int
has_seed(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	struct stat st;
	int has = 0;

	if (dir == NULL)
		return -1;
	while (has == 0 && (entry = readdir(dir)) != NULL)
		has = entry->d_name[0] != '.' &&
		    fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 &&
		    S_ISREG(st.st_mode) && st.st_size > 0;
	closedir(dir);
	return has;
}

static int
check_seeds(struct job *job)
{
	int status, has;

	if (job->seeds == NULL && job->engine->needs_seeds) {
		msg_warnx("%s needs seeds: name their directory with -i",
		    job->engine->name);
		return EX_USAGE;
	}
	if (job->seeds == NULL)
		return 0;
	if ((status = resolve(&job->seeds, "seeds")) != 0)
		return status;
	if ((has = has_seed(job->seeds)) < 0) {
		status = msg_exit_code(errno);
		msg_warn("seeds %s", msg_quote(job->seeds));
		return status;
	}
	if (has == 0) {
		msg_warnx("seeds %s: no file with something in it",
		    msg_quote(job->seeds));
		return EX_NOINPUT;
	}
	if (strcmp(job->seeds, job->directory) == 0) {
		msg_warnx("seeds and job directory are the same: %s",
		    msg_quote(job->seeds));
		return EX_USAGE;
	}
	return 0;
}

/* The job's directory may not be there yet: its parent is made absolute. */
static void
resolve_directory(struct job *job)
{
	char *full = absolute(job->directory), *here;

	if (full == NULL && job->directory[0] != '/') {
		here = getcwd(NULL, 0);
		full = mem_printf(
		    "%s/%s", here == NULL ? "" : here, job->directory);
		free(here);
	}
	if (full != NULL) {
		free(job->directory);
		job->directory = full;
	}
}

/* What lies where the fuzzer is started need not be there yet. */
static void
resolve_crash_dir(struct job *job)
{
	char *here, *full;

	if (job->crash_dir == NULL || job->crash_dir[0] == '/')
		return;
	here = getcwd(NULL, 0);
	full = mem_printf("%s/%s", here == NULL ? "" : here, job->crash_dir);
	free(here);
	free(job->crash_dir);
	job->crash_dir = full;
}

static int
check_ready(const struct job *job)
{
	char *why = NULL;
	int status;

	if (job->crash_dir != NULL && job->engine->marker != NULL) {
		msg_warnx("--crash-dir is of -f other: it is known where %s "
			  "leaves its crash inputs",
		    job->engine->name);
		return EX_USAGE;
	}
	if (job->engine->unready == NULL)
		return 0;
	status = job->engine->unready(&job->run, &why);
	if (status != 0)
		msg_warnx("%s", why);
	free(why);
	return status;
}

int
preflight(struct job *job)
{
	int status;

	if ((status = check_target_file(job)) != 0 ||
	    (status = check_engine(job)) != 0 ||
	    (status = check_engine_program(job)) != 0)
		return status;
	resolve_directory(job);
	resolve_crash_dir(job);
	if ((status = check_seeds(job)) != 0)
		return status;
	if (job->dictionary != NULL &&
	    (status = resolve(&job->dictionary, "dictionary")) != 0)
		return status;
	if (!engine_build_id(job->command.item[0], job->build_id))
		job->build_id[0] = '\0';
	job->run.target = job->command.item;
	job->run.directory = job->directory;
	job->run.seeds = job->seeds;
	job->run.dictionary = job->dictionary;
	job->run.cmplog = job->cmplog;
	job->run.variants = job->variants.item;
	job->run.foreign = job->foreign.item;
	job->run.crash_dir = job->crash_dir;
	job->run.crash_patterns = job->crash_patterns.item;
	return check_ready(job);
}
