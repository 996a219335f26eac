/* Two /proc/stat with a NUL between: a share is one. And a load average. */
#include "harness.h"
#include "mem.h"
#include "pf-stats/host_cpu.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_dup_n((const char *)data, size);
	const char *second = text + strlen(text);
	struct cpu_times before, after;
	double value;

	if (second < text + size)
		second++;
	if (cpu_parse(text, &before) && cpu_parse(second, &after)) {
		if (cpu_ratio(&before, &after, &value))
			MUST(value >= 0 && value <= 1);
		MUST(!cpu_ratio(&before, &before, &value));
	}
	if (load_parse(text, &value))
		MUST(value >= 0);
	free(text);
	return 0;
}
