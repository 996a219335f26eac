/*
 * Signals that Chromium and V8 catch themselves (base/debug/
 * stack_trace_posix.cc): "Received signal 11 SEGV_MAPERR 7f6b0c580000".
 */
#include "trace.h"

#include <signal.h>

static bool
chromium_begin(struct report *report, struct span line)
{
	struct span rest = span_after(line, "Received signal "), code;
	uint64_t number;

	if (!span_starts(line, "Received signal ") ||
	    !span_decimal(&rest, &number) || number == 0 || number > 64)
		return false;
	report->signal = (int)number;
	report->kind = span_text(report_signal_kind(report->signal));
	rest = span_trim(rest);
	code = span_word(rest);
	rest = span_trim(span_skip(rest, code.len));
	if ((number == SIGSEGV || number == SIGBUS) && rest.len > 0)
		report->has_address = span_hex(&rest, &report->address);
	return true;
}

/* "[0x7f6b13882bf1]": an address and nothing else. */
static bool
bare_frame(struct frame *frame, struct span s)
{
	struct span digits = span_skip(s, 1);

	*frame = (struct frame){.has_pc = true};
	return span_starts(s, "[0x") && span_hex(&digits, &frame->pc) &&
	    span_is(digits, "]");
}

static bool
chromium_line(struct report *report, struct span line)
{
	struct span s = span_trim(line);
	struct frame frame;

	if (span_starts(s, "CFI: ")) {
		report->kind = SPAN("cfi-bad-type");
		report->cause = line;
		report->has_address = false;
		return true;
	}
	if (frame_sanitizer(&frame, s) || bare_frame(&frame, s)) {
		report_frame(report, &frame);
		return true;
	}
	return !span_is(s, "[end of stack trace]");
}

const struct trace_parser parser_chromium = {
    .name = "Chromium",
    .rank = RANK_WHOLE,
    .marks = {"Received signal "},
    .begin = chromium_begin,
    .line = chromium_line,
};
