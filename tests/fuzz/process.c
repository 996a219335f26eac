/* /proc/PID/stat: a name is what stands between the outermost brackets. */
#include "process.h"
#include "harness.h"
#include "mem.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_dup_n((const char *)data, size), *open;
	struct process p = {.marked = true};
	size_t n;

	if (process_parse(text, &p)) {
		MUST(p.marked);
		open = strchr(text, '(');
		MUST(open != NULL && strrchr(text, ')') > open);
		n = strlen(p.comm);
		MUST(n < PROCESS_COMM);
		MUST(memcmp(open + 1, p.comm, n) == 0);
		MUST(n == PROCESS_COMM - 1 ||
		    open + 1 + n == strrchr(text, ')'));
	}
	free(text);
	return 0;
}
