/* Retry-After: whatever it says, the wait is none or within a day. */
#include <string.h>

#include "harness.h"
#include "mem.h"
#include "pf-ship/http_judge.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* As a header has it: one line without NUL. */
	char *text = mem_dup_n((const char *)data, size);
	int64_t ms = http_retry_after(text, 1795226400000);

	MUST(ms >= -1 && ms <= HTTP_RETRY_AFTER_MAX);
	free(text);
	return 0;
}
