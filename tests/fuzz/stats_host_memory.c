/* /proc/meminfo and a limit from the same text: parts are not above wholes. */
#include "harness.h"
#include "mem.h"
#include "pf-stats/host_memory.h"
#include "pf-stats/host_text.h"

static void
check(const struct memory *m)
{
	MUST(m->total != HOST_UNKNOWN);
	MUST(m->available == HOST_UNKNOWN || m->used != HOST_UNKNOWN);
	MUST(m->used == HOST_UNKNOWN || m->available != HOST_UNKNOWN);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_dup_n((const char *)data, size);
	struct memory_limit l = {text_value(text, "limit"),
	    text_value(text, "usage"), text_value(text, "inactive_file")};
	struct memory m;
	uint64_t total, available;

	if (memory_parse(text, &m)) {
		check(&m);
		MUST(m.used == HOST_UNKNOWN || m.used <= m.total);
		total = m.total;
		available = m.available;
		memory_restrict(&m, &l);
		MUST(m.total <= total);
		MUST(m.available == HOST_UNKNOWN || m.available <= available);
		MUST(l.limit == HOST_UNKNOWN || m.total <= l.limit ||
		    m.total == total);
	}
	free(text);
	return 0;
}
