/* What honggfuzz prints. */
#include "libengine/honggfuzz_log.h"
#include "stats_check.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line = (const char *)data, *end = line + size, *newline;
	struct honggfuzz_log log;

	honggfuzz_log_init(&log);
	for (; line < end; line = newline + 1) {
		newline = memchr(line, '\n', (size_t)(end - line));
		if (newline == NULL)
			newline = end;
		honggfuzz_log_line(&log, line, (size_t)(newline - line));
	}
	MUST(!log.ended || log.recognized);
	honggfuzz_log_recognize((const char *)data, size);
	stats_check(&log.stats);
	honggfuzz_log_release(&log);
	return 0;
}
