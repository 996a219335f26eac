/* LeakSanitizer (compiler-rt, lsan_common.cpp), alone or inside ASan. */
#include "trace.h"

static bool
leak_begin(struct report *report, struct span line)
{
	struct span rest = sanitizer_error(line, "LeakSanitizer");

	if (rest.at == NULL)
		return false;
	if (!span_starts(rest, "detected memory leaks"))
		return sanitizer_named(report, rest);
	report->kind = SPAN("leak");
	report->next_role = STACK_OTHER;
	return true;
}

/* The first direct leak is the crash; where all are indirect, the first. */
static bool
leak_line(struct report *report, struct span line)
{
	bool direct = span_starts(line, "Direct leak of ");
	struct span size;

	if (direct || span_starts(line, "Indirect leak of ")) {
		const struct stack *crash = report_stack(report, STACK_CRASH);

		report_expect(report,
		    crash == NULL && direct ? STACK_CRASH : STACK_OTHER);
		if (crash == NULL && direct) {
			size = span_after(line, " leak of ");
			report->has_access_bytes =
			    span_decimal(&size, &report->access_bytes);
		}
		return true;
	}
	return sanitizer_line(report, line);
}

static void
leak_end(struct report *report)
{
	if (report_stack(report, STACK_CRASH) == NULL &&
	    report->stack_count > 0)
		report->stacks[0].role = STACK_CRASH;
}

const struct trace_parser parser_leak = {
    .name = "LeakSanitizer",
    .rank = RANK_WHOLE,
    .marks = {"ERROR: LeakSanitizer: "},
    .begin = leak_begin,
    .line = leak_line,
    .end = leak_end,
};
