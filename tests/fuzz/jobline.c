/* Job lines: what is taken can be queued, and names a directory. */
#include <jansson.h>

#include "harness.h"
#include "libstore/jobline.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scan scan = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	struct queue_job job = {.max_attempts = 3};
	const char *why =
	    jobline_read(&job, &scan, &arena, (const char *)data, size);
	json_t *needs;

	if (why == NULL) {
		MUST(strchr(job.name, '/') == NULL && *job.name != '\0');
		MUST(*job.target != '\0' && job.max_attempts > 0);
		MUST(strlen(job.spec) == size);
		needs = json_loads(job.needs, 0, NULL);
		MUST(json_is_array(needs));
		json_decref(needs);
	} else {
		MUST(*why != '\0');
	}
	arena_release(&arena);
	return 0;
}
