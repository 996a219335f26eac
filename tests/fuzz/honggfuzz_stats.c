/* honggfuzz's statistics file, and each line of it as its last one. */
#include "libengine/honggfuzz_stats.h"
#include "stats_check.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size, *stop;
	const char *wrong;
	struct stats s;

	stats_init(&s);
	wrong = honggfuzz_stats_parse(at, size, &s);
	MUST(wrong == NULL || *wrong != '\0');
	MUST(size > 0 || wrong != NULL);
	stats_check(&s);
	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (stop == NULL)
			stop = end;
		honggfuzz_summary_parse(at, (size_t)(stop - at), &s);
		stats_check(&s);
		if (stop == end)
			break;
	}
	stats_release(&s);
	return 0;
}
