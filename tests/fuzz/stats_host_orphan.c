/* An environment names a job exactly when one of its variables is PF_JOB. */
#include "harness.h"
#include "mem.h"
#include "pf-stats/host_processes.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_dup_n((const char *)data, size);
	bool expected = false;
	size_t at;

	for (at = 0; at < size; at += strlen(text + at) + 1)
		if (strncmp(text + at, "PF_JOB=", 7) == 0)
			expected = true;
	MUST(environ_names_job(text, size) == expected);
	free(text);
	return 0;
}
