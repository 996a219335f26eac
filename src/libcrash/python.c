/*
 * Python's uncaught exceptions (Lib/traceback.py), also as atheris reports
 * them: "=== Uncaught Python exception: ===", with the message first.
 */
#include <string.h>

#include "trace.h"

static const char heading[] = "Traceback (most recent call last):";
static const char direct[] = "The above exception was the direct cause";
static const char during[] = "During handling of the above exception";

static bool
python_begin(struct report *report, struct span line)
{
	report->kind = SPAN("uncaught-exception");
	return span_has(line, "=== Uncaught Python exception: ===") ||
	    span_is(span_trim(line), heading);
}

/* "  File "a.py", line 3, in f". */
static bool
python_frame(struct frame *frame, struct span s)
{
	struct span rest = span_after(s, "\", line ");
	uint64_t number;

	if (!span_starts(s, "File \"") || !span_decimal(&rest, &number))
		return false;
	memset(frame, 0, sizeof *frame);
	frame->file = span_before(span_skip(s, strlen("File \"")), "\", line ");
	frame->line = number > 0x7fffffff ? 0 : (unsigned)number;
	if (span_starts(rest, ", in "))
		frame->function = span_skip(rest, strlen(", in "));
	/* "<module>" is what the file itself does. */
	if (span_starts(frame->function, "<") &&
	    span_ends(frame->function, ">")) {
		frame->function = span_skip(frame->function, 1);
		frame->function.len--;
	}
	return true;
}

/* Another exception of a chain: of a direct cause the first one counts. */
static bool
chain_line(struct report *report, struct span s)
{
	if (span_starts(s, direct))
		report_expect(report, STACK_OTHER);
	else if (span_starts(s, during)) {
		report_demote_crash(report);
		report_expect(report, STACK_CRASH);
	} else
		return false;
	report->in_chain = true;
	return true;
}

/* Does the message belong to the stack that counts? */
static bool
is_crash_message(const struct report *report)
{
	return report->stack_count > 0 &&
	    report->stacks[report->stack_count - 1].role == STACK_CRASH;
}

static bool
python_line(struct report *report, struct span line)
{
	struct span s = span_trim(line);
	struct frame frame;
	bool indented = line.len > 0 && line.at[0] == ' ';

	if (indented && python_frame(&frame, s)) {
		report_frame(report, &frame);
		report->in_chain = false;
		return true;
	}
	if (indented || s.len == 0 || chain_line(report, s))
		return true;
	if (span_is(s, heading))
		return report->stack_count == 0 || report->in_chain;
	if (span_has(s, "ERROR: ") || span_starts(s, "==="))
		return false;
	if (report->stack_count == 0) { /* atheris says it first */
		report_exception(report, s);
		return true;
	}
	if (!report->in_stack)
		return false;
	report->in_stack = false;
	if (is_crash_message(report))
		report_exception(report, s);
	return true;
}

/* The innermost frame was printed last. */
static void
python_end(struct report *report)
{
	for (size_t i = 0; i < report->stack_count; i++) {
		struct stack *stack = &report->stacks[i];
		struct frame *first = &report->frames[stack->first];

		for (size_t k = 0; k < stack->count / 2; k++) {
			struct frame swap = first[k];

			first[k] = first[stack->count - 1 - k];
			first[stack->count - 1 - k] = swap;
		}
	}
}

const struct trace_parser parser_python = {
    .name = "Python",
    .rank = RANK_LANGUAGE,
    .marks = {"Traceback (most ", "=== Uncaught Python"},
    .begin = python_begin,
    .line = python_line,
    .end = python_end,
};
