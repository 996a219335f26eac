/*
 * Java's uncaught exceptions (java.lang.Throwable.printStackTrace), and those
 * that jazzer reports: "== Java Exception: …".
 */
#include <string.h>

#include "trace.h"

static bool
java_begin(struct report *report, struct span line)
{
	struct span rest = span_after(line, "== Java Exception: ");

	if (rest.at == NULL && span_starts(line, "Exception in thread \"")) {
		rest = span_after(line, "Exception in thread \"");
		rest = span_after(rest, "\" ");
	}
	if (rest.at == NULL)
		return false;
	report_exception(report, rest);
	return true;
}

/* Without the class loader and the module: "app//", "java.base@17/". */
static struct span
without_module(struct span s)
{
	struct span head = span_before(s, "/"), rest;

	/* A hidden class has a slash in its own name, after a dollar. */
	if (head.len == s.len || span_has(head, "$"))
		return s;
	rest = span_skip(s, head.len + 1);
	if (span_starts(rest, "/"))
		return span_skip(rest, 1);
	return rest;
}

/* "at a.b.C.m(C.java:12)", "(Native Method)", "(Unknown Source)". */
static bool
java_frame(struct frame *frame, struct span s)
{
	struct span place;

	if (!span_starts(s, "at ") || !span_ends(s, ")"))
		return false;
	s = span_skip(s, 3);
	place = span_after(s, "(");
	if (place.at == NULL)
		return false;
	memset(frame, 0, sizeof *frame);
	frame->function = without_module(span_before(s, "("));
	place.len--;
	if (!frame_place(frame, place) && span_ends(place, ".java"))
		frame->file = place;
	return true;
}

static bool
java_line(struct report *report, struct span line)
{
	struct span s = span_trim(line);
	struct frame frame;

	if (java_frame(&frame, s)) {
		report_frame(report, &frame);
		return true;
	}
	if (span_starts(s, "Caused by: ")) {
		/* Where it first went wrong. */
		report_demote_crash(report);
		report_expect(report, STACK_CRASH);
		report_exception(report, span_skip(s, strlen("Caused by: ")));
		return true;
	}
	if (span_starts(s, "... ") || span_starts(s, "Suppressed: ")) {
		report_expect(report, STACK_OTHER);
		return true;
	}
	/* The message may be of several lines. */
	return report->stack_count == 0 && !span_has(s, "ERROR: ") &&
	    !span_starts(s, "== ");
}

const struct trace_parser parser_java = {
    .name = "Java",
    .rank = RANK_LANGUAGE,
    .marks = {"== Java Exception: ", "Exception in thread \""},
    .begin = java_begin,
    .line = java_line,
};
