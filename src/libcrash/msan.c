/* MemorySanitizer (compiler-rt, msan_report.cpp). */
#include "trace.h"

static bool
memory_begin(struct report *report, struct span line)
{
	struct span rest = sanitizer_error(line, "MemorySanitizer");

	return rest.at != NULL && sanitizer_named(report, rest);
}

const struct trace_parser parser_memory = {
    .name = "MemorySanitizer",
    .rank = RANK_WHOLE,
    .marks = {"WARNING: MemorySanitizer: ", "ERROR: MemorySanitizer: "},
    .begin = memory_begin,
    .line = sanitizer_line,
};
