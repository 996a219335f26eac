/* libFuzzer's own ends (compiler-rt, FuzzerLoop.cpp). */
#include "trace.h"

static const struct {
	const char *words, *kind;
} ends[] = {
    {"deadly signal", "deadly-signal"},
    {"timeout after ", "timeout"},
    {"out-of-memory", "out-of-memory"},
    {"fuzz target exited", "fuzz-target-exited"},
    {"fuzz target overwrites its const input", "overwrites-const-input"},
    {"overwrites-const-input", "overwrites-const-input"},
};

static bool
libfuzzer_begin(struct report *report, struct span line)
{
	struct span rest = sanitizer_error(line, "libFuzzer");

	if (rest.at == NULL)
		return false;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (span_starts(rest, ends[i].words)) {
			report->kind = span_text(ends[i].kind);
			return true;
		}
	return false;
}

const struct trace_parser parser_libfuzzer = {
    .name = "libFuzzer",
    .rank = RANK_WHOLE,
    .marks = {"ERROR: libFuzzer: "},
    .begin = libfuzzer_begin,
    .line = sanitizer_line,
};
