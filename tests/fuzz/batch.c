/* Batch files: one that is accepted is written again byte by byte. */
#include "batch.h"

#include "harness.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char header[BATCH_HEADER];
	struct batch b;
	const char *why = batch_read(&b, (const char *)data, size);

	if (why != NULL) {
		MUST(*why != '\0');
		return 0;
	}
	MUST(batch_key_valid(b.key));
	batch_write_header(header, &b);
	MUST(memcmp(header, data, BATCH_HEADER) == 0);
	MUST(b.bytes == size - BATCH_HEADER && b.lines > 0);
	return 0;
}
