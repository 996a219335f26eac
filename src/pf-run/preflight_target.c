/* The target before the start: its file, its engine, its other builds. */
#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "mem.h"
#include "msg.h"
#include "preflight_parts.h"
#include "program.h"

/* What a 64-bit program with AddressSanitizer reserves, and some room. */
#define ASAN_SPACE ((rlim_t)24 << 40)

/* Makes *path real and looks whether it can be run. */
static int
check_program(char **path, const char *what)
{
	struct stat st;
	int status = preflight_resolve(path, what);

	if (status != 0)
		return status;
	if (stat(*path, &st) == 0 && !S_ISREG(st.st_mode)) {
		msg_warnx("%s %s: not a regular file", what, msg_quote(*path));
		return EX_CONFIG;
	}
	if (access(*path, X_OK) < 0) {
		msg_warnx("%s %s: not executable", what, msg_quote(*path));
		return EX_NOPERM;
	}
	return 0;
}

static int
check_file(struct job *job)
{
	char **program = &job->command.item[0];
	/* What is wrong with a path is told better by its checks. */
	char *found = strchr(*program, '/') != NULL ? mem_dup(*program)
						    : program_find(*program);

	if (found == NULL) {
		msg_warnx("target %s: not found in PATH", msg_quote(*program));
		return EX_NOINPUT;
	}
	free(*program);
	*program = found;
	return check_program(program, "target");
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
	found = program_find(job->engine->program);
	if (found == NULL) {
		msg_warnx("%s: not found in PATH; it fuzzes targets built "
			  "for %s",
		    job->engine->program, job->engine->name);
		return EX_UNAVAILABLE;
	}
	free(found);
	return 0;
}

int
preflight_target(struct job *job)
{
	int status;

	if ((status = check_file(job)) != 0 ||
	    (status = check_engine(job)) != 0)
		return status;
	return check_engine_program(job);
}

int
preflight_options(const struct job *job)
{
	bool aflpp = job->engine == &engine_aflpp;
	bool unknown = job->engine->marker == NULL;
	const struct {
		const char *option;
		bool given, useful;
	} rows[] = {
	    {"--cmplog", job->cmplog != NULL, aflpp},
	    {"--variant", job->variants.count > 0, aflpp},
	    {"--mode", job->mode_given, job->engine == &engine_libfuzzer},
	    {"--crash-dir", job->crash_dir != NULL, unknown},
	    {"--crash-pattern", job->crash_patterns.count > 0, unknown},
	    {"--dictionary", job->dictionary != NULL, !unknown},
	    {"--foreign", job->foreign.count > 0, !unknown},
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].given && !rows[i].useful) {
			msg_warnx("%s is of no use to %s", rows[i].option,
			    job->engine->name);
			return EX_USAGE;
		}
	return 0;
}

static int
check_build(const struct job *job, char **path, const char *what)
{
	int status = check_program(path, what);

	if (status != 0)
		return status;
	if (engine_file_has(*path, job->engine->marker) != 1) {
		msg_warnx("%s %s: not built for %s", what, msg_quote(*path),
		    job->engine->name);
		return EX_CONFIG;
	}
	return 0;
}

int
preflight_builds(struct job *job)
{
	int status = 0;
	size_t i;

	if (job->cmplog != NULL)
		status = check_build(job, &job->cmplog, "--cmplog");
	for (i = 0; i < job->variants.count && status == 0; i++)
		status = check_build(job, &job->variants.item[i], "--variant");
	return status;
}

static int
check_limit(const char *program, int limit, const char *what, char letter)
{
	struct rlimit l;

	if (getrlimit(limit, &l) < 0 || l.rlim_cur >= ASAN_SPACE ||
	    engine_file_has(program, "__asan_init") != 1)
		return 0;
	msg_warnx("target %s: its AddressSanitizer reserves terabytes of "
		  "address space, but our limit of %s is %llu MiB: ulimit -%c "
		  "unlimited",
	    msg_quote(program), what, (unsigned long long)l.rlim_cur >> 20,
	    letter);
	return EX_CONFIG;
}

static int
check_limits(const char *program)
{
	int status = check_limit(program, RLIMIT_AS, "the address space", 'v');

	return status != 0
	    ? status
	    : check_limit(program, RLIMIT_DATA, "the data segment", 'd');
}

int
preflight_limits(const struct job *job)
{
	int status = check_limits(job->command.item[0]);
	size_t i;

	for (i = 0; i < job->variants.count && status == 0; i++)
		status = check_limits(job->variants.item[i]);
	return status;
}
