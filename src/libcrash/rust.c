/*
 * Rust's panics (library/std/src/panicking.rs), with the stack that
 * RUST_BACKTRACE asks for or without: "   0: name\n   at file:line:column".
 */
#include "statement.h"

#include <string.h>

static bool
rust_begin(struct report *report, struct span line)
{
	if (span_has(line, "memory allocation of ")) {
		if (!span_has(line, " bytes failed"))
			return false;
		report->kind = SPAN("out-of-memory");
		return true;
	}
	if (!statement_panic(report, line))
		return false;
	report->kind = SPAN("panic");
	return true;
}

/* "   4: panics::length_of", "  12:     0x55d7 - <a::B as c::D>::e". */
static bool
rust_frame(struct frame *frame, struct span s)
{
	struct span address;
	uint64_t number;

	if (!span_decimal(&s, &number) || !span_starts(s, ": "))
		return false;
	memset(frame, 0, sizeof *frame);
	s = span_trim(span_skip(s, 1));
	address = s;
	if (span_starts(s, "0x") && span_hex(&address, &frame->pc) &&
	    span_starts(address, " - ")) {
		frame->has_pc = true;
		s = span_trim(span_skip(address, 3));
	}
	if (!span_is(s, "<unknown>"))
		frame->function = s;
	return true;
}

static bool
rust_line(struct report *report, struct span line)
{
	struct span s = span_trim(line);
	struct frame frame, *last = report_last_frame(report);

	if (rust_frame(&frame, s)) {
		report_frame(report, &frame);
		return true;
	}
	if (last != NULL && span_starts(s, "at ")) {
		frame_place(last, span_skip(s, 3));
		return true;
	}
	if (report->stack_count > 0 || span_starts(s, "note: ") ||
	    span_has(s, "ERROR: "))
		return false;
	if (span_is(s, "stack backtrace:"))
		return true;
	return span_is(report->kind, "panic") &&
	    (s.len == 0 || statement_panic_more(report, s));
}

const struct trace_parser parser_rust = {
    .name = "Rust",
    .rank = RANK_LANGUAGE,
    .marks = {" panicked at ", "memory allocation of "},
    .begin = rust_begin,
    .line = rust_line,
};
