/* Checks before the start: each failure is one sentence and an exit status. */
#include "preflight.h"

#include "mem.h"
#include "msg.h"
#include "preflight_parts.h"

/* The engine's view of the job; lists that are empty are NULL to it. */
static void
fill_run(struct job *job)
{
	job->run.target = job->command.item;
	job->run.directory = job->directory;
	job->run.seeds = job->seeds;
	job->run.dictionary = job->dictionary;
	job->run.cmplog = job->cmplog;
	job->run.variants = job->variants.item;
	job->run.foreign = job->foreign.item;
	job->run.crash_dir = job->crash_dir;
	job->run.crash_patterns = job->crash_patterns.item;
}

/* What was not named and lies beside the target. */
static void
take_builds_beside(struct job *job)
{
	char *cmplog = NULL;
	size_t i, named = job->variants.count;

	if (job->engine->beside == NULL)
		return;
	job->engine->beside(&job->run, &cmplog, &job->variants);
	if (cmplog != NULL) {
		job->cmplog = cmplog;
		msg_info("--cmplog %s", msg_quote(cmplog));
	}
	for (i = named; i < job->variants.count; i++)
		msg_info("--variant %s", msg_quote(job->variants.item[i]));
}

/* TARGET.dict, unless a dictionary was named. */
static void
take_dictionary_beside(struct job *job)
{
	char *path, *flaw;

	if (job->dictionary != NULL || job->engine->marker == NULL)
		return;
	path = mem_printf("%s.dict", job->command.item[0]);
	if (access(path, F_OK) == 0) {
		if (preflight_dictionary_flaw(path, &flaw) == 0) {
			job->dictionary = mem_dup(path);
			msg_info("--dictionary %s", msg_quote(path));
		} else {
			msg_info("dictionary %s is left out: %s",
			    msg_quote(path), flaw);
		}
		free(flaw);
	}
	free(path);
}

/* What its engine needs of the machine. */
static int
check_ready(const struct job *job, bool checking)
{
	char *why = NULL;
	int status = 0;

	if (job->engine->unready != NULL)
		status = job->engine->unready(&job->run, &why);
	if (status == 1 && !checking) {
		msg_info("%s", why);
		status = 0;
	} else if (status != 0) {
		msg_warnx("%s", why);
	}
	free(why);
	return status;
}

int
preflight(struct job *job, bool checking)
{
	int status;

	if ((status = preflight_target(job)) != 0 ||
	    (status = preflight_options(job)) != 0 ||
	    (status = preflight_builds(job)) != 0)
		return status;
	preflight_resolve_new(&job->directory);
	if (job->crash_dir != NULL)
		preflight_resolve_new(&job->crash_dir);
	if ((status = preflight_seeds(job)) != 0 ||
	    (status = preflight_dictionary(job)) != 0 ||
	    (status = preflight_foreign(job)) != 0)
		return status;
	fill_run(job);
	take_builds_beside(job);
	take_dictionary_beside(job);
	fill_run(job);
	if ((status = preflight_limits(job)) != 0 ||
	    (status = preflight_place(job)) != 0 ||
	    (status = preflight_confinement(job)) != 0 ||
	    (status = check_ready(job, checking)) != 0)
		return status;
	if (!engine_build_id(job->command.item[0], job->build_id))
		job->build_id[0] = '\0';
	return 0;
}
