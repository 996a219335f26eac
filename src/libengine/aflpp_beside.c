/* Other builds of a target, as they are usually named. */
#include <sys/stat.h>

#include "aflpp.h"
#include "mem.h"

/* In the order in which they are worth an instance. */
static const char *const sanitizers[] = {
    "asan", "ubsan", "msan", "cfisan", "lsan", "tsan"};

static bool
is_build(const char *path, const char *target)
{
	struct stat st, own;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    access(path, X_OK) == 0 && stat(target, &own) == 0 &&
	    (st.st_dev != own.st_dev || st.st_ino != own.st_ino) &&
	    engine_file_has(path, engine_aflpp.marker) == 1;
}

/*
 * TARGET.suffix, or for a target NAME.afl also NAME.suffix. NULL when neither
 * is a build of AFL++'s; else the caller frees it.
 */
static char *
build_beside(const char *target, const char *suffix)
{
	size_t n = strlen(target);
	char *path = mem_printf("%s.%s", target, suffix);

	if (is_build(path, target))
		return path;
	free(path);
	if (n < 4 || strcmp(target + n - 4, ".afl") != 0)
		return NULL;
	path = mem_printf("%.*s.%s", (int)(n - 4), target, suffix);
	if (is_build(path, target))
		return path;
	free(path);
	return NULL;
}

static bool
is_named(const struct engine_job *job, const char *path)
{
	size_t i;

	for (i = 0; job->variants != NULL && job->variants[i] != NULL; i++)
		if (strcmp(job->variants[i], path) == 0)
			return true;
	return job->cmplog != NULL && strcmp(job->cmplog, path) == 0;
}

/* Instances that have no other task than the main one's. */
static unsigned
instances_free(const struct engine_job *job, bool cmplog)
{
	unsigned taken = 1 + cmplog;
	size_t i;

	for (i = 0; job->variants != NULL && job->variants[i] != NULL; i++)
		taken++;
	return taken < job->instances ? job->instances - taken : 0;
}

void
aflpp_beside(
    const struct engine_job *job, char **cmplog, struct strvec *variants)
{
	bool named = job->variants != NULL;
	const char *target = job->target[0];
	unsigned left;
	size_t i;

	if (job->cmplog == NULL &&
	    (job->instances == 1 || instances_free(job, false) > 0)) {
		*cmplog = build_beside(target, "cmplog");
		if (*cmplog == NULL && aflpp_logs_comparisons(target))
			*cmplog = mem_dup(target);
	}
	left = instances_free(job, job->cmplog != NULL || *cmplog != NULL);
	for (i = 0;
	     !named && left > 0 && i < sizeof sanitizers / sizeof sanitizers[0];
	     i++) {
		char *path = build_beside(target, sanitizers[i]);

		if (path != NULL && !is_named(job, path)) {
			strvec_add(variants, path);
			left--;
		}
		free(path);
	}
}
