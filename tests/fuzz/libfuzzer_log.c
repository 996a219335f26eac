/* libFuzzer's log, line by line. */
#include "libengine/libfuzzer_log.h"
#include "stats_check.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size, *stop;
	struct libfuzzer_log log;

	libfuzzer_log_init(&log);
	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (stop == NULL)
			stop = end;
		libfuzzer_log_line(&log, at, (size_t)(stop - at));
		MUST(log.recognized || !log.changed);
		if (stop == end)
			break;
	}
	stats_check(&log.stats);
	libfuzzer_log_release(&log);
	return 0;
}
