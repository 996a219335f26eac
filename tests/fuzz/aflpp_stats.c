/* AFL++'s fuzzer_stats. */
#include "libengine/aflpp_stats.h"
#include "stats_check.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stats s;
	const char *wrong;

	stats_init(&s);
	wrong = aflpp_stats_parse((const char *)data, size, &s, NULL);
	MUST(wrong == NULL || *wrong != '\0');
	MUST(size > 0 || wrong != NULL);
	stats_check(&s);
	stats_release(&s);
	return 0;
}
