/*
 * CHECK and LOG(FATAL) of Google's loggers (glog, Abseil, Chromium) and of V8,
 * without a sanitizer: the message, then the logger's own stack.
 */
#include <signal.h>
#include <string.h>

#include "statement.h"

/* A message that is not about a condition, or glog's stack without one. */
static bool
is_fatal(struct report *report, struct span line)
{
	if (span_has(line, "*** Check failure stack trace: ***"))
		return true;
	return (span_starts(line, "# Fatal error in ") ||
		   span_has(line, ":FATAL:")) &&
	    statement_fatal(report, line);
}

static bool
check_begin(struct report *report, struct span line)
{
	bool condition = statement_check(report, line);

	if (!condition && !is_fatal(report, line))
		return false;
	report->kind = span_text(condition ? "assertion" : "fatal-error");
	report->signal = SIGABRT;
	return true;
}

/* glog: "    @     0x7f12  ns::f()", " (unknown)". */
static bool
glog_frame(struct frame *frame, struct span line)
{
	struct span s = span_trim(line);

	if (!span_starts(s, "@ "))
		return false;
	s = span_trim(span_skip(s, 1));
	memset(frame, 0, sizeof *frame);
	if (!span_hex(&s, &frame->pc))
		return false;
	frame->has_pc = true;
	s = span_trim(s);
	if (!span_is(s, "(unknown)"))
		frame->function = s;
	return true;
}

static bool
check_line(struct report *report, struct span line)
{
	struct frame frame;

	/* V8's condition stands below the place. */
	if (span_is(report->kind, "fatal-error") &&
	    report->expression.at == NULL && span_starts(line, "# ")) {
		struct frame place = report->place;

		report->expression = span_trim(span_skip(line, 2));
		if (statement_check(report, line))
			report->kind = SPAN("assertion");
		report->place = place;
		return true;
	}
	if (glog_frame(&frame, line) || frame_sanitizer(&frame, line)) {
		report_frame(report, &frame);
		return true;
	}
	if (span_has(line, "ERROR: ") || span_has(line, "eck failed: "))
		return false;
	return report->stack_count == 0;
}

const struct trace_parser parser_check = {
    .name = "check",
    .rank = RANK_MESSAGE,
    .marks = {"heck failed: ", "CHECK failed: ", "Assert failed: ",
	"# Fatal error in ", "*** Check failure", ":FATAL:"},
    .begin = check_begin,
    .line = check_line,
};
