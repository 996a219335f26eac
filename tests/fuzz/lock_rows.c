/* The text of /proc/locks. */
#include "harness.h"
#include "lock.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	const char *at = text;
	struct lock_row row;

	while (lock_next_row(&at, &row))
		MUST(row.pid > 0);
	MUST(*at == '\0');
	free(text);
	return 0;
}
