/* A whole libFuzzer log: however it is cut into pieces, it says the same. */
#include "libengine/libfuzzer_scan.h"
#include "stats_check.h"

static void
scan(struct libfuzzer_scan *s, const char *bytes, size_t size, size_t step)
{
	size_t at = 0, have = 0;

	libfuzzer_scan_init(s);
	while (at + have < size) {
		have = size - at - have < step ? size - at : have + step;
		at += libfuzzer_scan_add(s, bytes + at, have);
		have = 0;
		if (step < 4096)
			step *= 2;
		else if (memchr(bytes + at, '\n', size - at) == NULL)
			break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct libfuzzer_scan whole, parts;
	struct stats s, t;

	libfuzzer_scan_init(&whole);
	MUST(libfuzzer_scan_add(&whole, (const char *)data, size) <= size);
	scan(&parts, (const char *)data, size, 1 + size % 7);
	stats_init(&s);
	stats_init(&t);
	MUST(libfuzzer_scan_stats(&whole, &s) ==
	    libfuzzer_scan_stats(&parts, &t));
	stats_check(&s);
	MUST(s.execs_total == t.execs_total);
	MUST(s.edges_found == t.edges_found);
	MUST(s.crashes_total == t.crashes_total);
	MUST(whole.ended == parts.ended);
	stats_release(&s);
	stats_release(&t);
	libfuzzer_scan_release(&whole);
	libfuzzer_scan_release(&parts);
	return 0;
}
