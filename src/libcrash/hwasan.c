/* HWAddressSanitizer (compiler-rt, hwasan_report.cpp). */
#include "trace.h"

static bool
hwaddress_begin(struct report *report, struct span line)
{
	struct span rest = sanitizer_error(line, "HWAddressSanitizer");

	return rest.at != NULL && sanitizer_named(report, rest);
}

const struct trace_parser parser_hwaddress = {
    .name = "HWAddressSanitizer",
    .rank = RANK_WHOLE,
    .marks = {"ERROR: HWAddressSanitizer: "},
    .begin = hwaddress_begin,
    .line = sanitizer_line,
};
