/* MemorySanitizer (compiler-rt, msan_report.cpp). */
#include "trace.h"

static bool
memory_begin(struct report *report, struct span line)
{
	struct span rest = sanitizer_error(line, "MemorySanitizer");

	if (rest.at == NULL)
		return false;
	if (!sanitizer_signal(report, rest))
		report->kind = span_word(rest);
	return report->kind.len > 2;
}

const struct trace_parser parser_memory = {
    .name = "MemorySanitizer",
    .begin = memory_begin,
    .line = sanitizer_line,
};
