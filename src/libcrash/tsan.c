/* ThreadSanitizer (compiler-rt, tsan_report.cpp). */
#include "trace.h"

static bool
thread_begin(struct report *report, struct span line)
{
	struct span rest = sanitizer_error(line, "ThreadSanitizer");

	if (rest.at == NULL)
		return false;
	if (span_starts(rest, "data race"))
		report->kind = span_starts(rest, "data race on vptr")
		    ? SPAN("data-race-on-vptr")
		    : SPAN("data-race");
	else if (!sanitizer_named(report, rest))
		return false;
	if (span_is(report->kind, "heap-use-after-free"))
		report->kind = SPAN("race-on-freed-memory");
	return true;
}

/* Of a lock order the first two acquisitions are the pair. */
static bool
thread_line(struct report *report, struct span line)
{
	if (span_has(line, " acquired here while holding mutex")) {
		report_expect(report,
		    report->stack_count == 0 ? STACK_CRASH : STACK_SECOND);
		return true;
	}
	return sanitizer_line(report, line);
}

const struct trace_parser parser_thread = {
    .name = "ThreadSanitizer",
    .rank = RANK_WHOLE,
    .marks = {"WARNING: ThreadSanitizer: ", "ERROR: ThreadSanitizer: "},
    .begin = thread_begin,
    .line = thread_line,
};
