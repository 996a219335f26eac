/*
 * Go's panics and fatal errors (src/runtime/panic.go, traceback.go), and the
 * reports of its race detector.
 */
#include <string.h>

#include "trace.h"

static const struct {
	const char *words, *kind;
} fatals[] = {
    {"stack overflow", "stack-overflow"},
    {"runtime: out of memory", "out-of-memory"},
    {"runtime: cannot allocate memory", "out-of-memory"},
    {"all goroutines are asleep", "deadlock"},
    {"concurrent map ", "data-race"},
};

static bool
go_begin(struct report *report, struct span line)
{
	struct span rest = span_after(line, "fatal error: ");

	if (rest.at != NULL && span_starts(line, "fatal error: ")) {
		report->kind = SPAN("fatal-error");
		for (size_t i = 0; i < sizeof fatals / sizeof fatals[0]; i++)
			if (span_starts(rest, fatals[i].words))
				report->kind = span_text(fatals[i].kind);
	} else if (span_starts(line, "panic: ")) {
		rest = span_skip(line, strlen("panic: "));
		report->kind = SPAN("panic");
	} else
		return false;
	report->expression = span_before(rest, " [recovered");
	report->next_role = STACK_OTHER;
	return true;
}

/* Where the arguments of "a/b.(*T).f(0x1, {0x2})" begin; s.len: nowhere. */
static size_t
arguments_at(struct span s)
{
	int depth = 0;

	if (s.len == 0 || s.at[s.len - 1] != ')')
		return s.len;
	for (size_t i = s.len; i > 0; i--)
		if (s.at[i - 1] == ')')
			depth++;
		else if (s.at[i - 1] == '(' && --depth == 0)
			return i - 1;
	return s.len;
}

/* "\t/path/file.go:12 +0x1d fp=0x…", " regexp/regexp.go:1266 +0x617". */
static bool
take_place(struct report *report, struct span s)
{
	struct frame *last = report_last_frame(report), place = {0};
	struct span file = span_before(s, " +0x");

	file = span_before(file, " fp=0x");
	if (!frame_place(&place, span_trim(file)) || place.column > 0)
		return false;
	if (last != NULL && last->file.at == NULL) {
		last->file = place.file;
		last->line = place.line;
	}
	return true;
}

/* What stands above the panic is what ran because of it. */
static bool
is_panic(struct span function)
{
	return span_is(function, "panic") ||
	    span_is(function, "runtime.gopanic") ||
	    span_is(function, "runtime.sigpanic");
}

static void
take_function(struct report *report, struct span s)
{
	struct frame frame = {.function = s};

	frame.function.len = arguments_at(s);
	report_frame(report, &frame);
	if (is_panic(frame.function))
		report_restart_stack(report);
}

/* A tab, or what a page on the web has made of it: blanks, an em space. */
static bool
is_indented(struct span line)
{
	return span_starts(line, " ") || span_starts(line, "\t") ||
	    span_starts(line, "\xe2\x80\x83");
}

static struct span
without_indent(struct span line)
{
	while (span_starts(line, "\xe2\x80\x83"))
		line = span_skip(line, 3);
	return span_trim(line);
}

/* "goroutine 1 [running]:"; the first is the one that ended it. */
static bool
goroutine_line(struct report *report, struct span line)
{
	if (span_starts(line, "runtime stack:")) {
		report_expect(report, STACK_OTHER);
		return true;
	}
	if (!span_starts(line, "goroutine ") || !span_has(line, " ["))
		return false;
	report_expect(report,
	    report_stack(report, STACK_CRASH) == NULL ? STACK_CRASH
						      : STACK_OTHER);
	report->in_goroutine = true;
	return true;
}

static bool
go_line(struct report *report, struct span line)
{
	struct span s = without_indent(line);

	if (s.len == 0)
		return true;
	if (goroutine_line(report, s))
		return true;
	if (span_has(s, "ERROR: ") || span_has(s, "DEADLYSIGNAL"))
		return false;
	if (is_indented(line) && take_place(report, s))
		return true;
	/* "[signal SIGSEGV: …]", "\tpanic: again", before the first one. */
	if (!report->in_goroutine)
		return true;
	if (span_starts(s, "...") || span_starts(s, "created by ")) {
		report_expect(report, STACK_OTHER);
		return true;
	}
	if (arguments_at(s) == s.len)
		return false;
	take_function(report, s);
	return true;
}

const struct trace_parser parser_go = {
    .name = "Go",
    .rank = RANK_LANGUAGE,
    .marks = {"panic: ", "fatal error: "},
    .begin = go_begin,
    .line = go_line,
};

static bool
race_begin(struct report *report, struct span line)
{
	if (!span_is(span_trim(line), "WARNING: DATA RACE"))
		return false;
	report->kind = SPAN("data-race");
	return true;
}

static void
race_access(struct report *report, struct span s, const char *read)
{
	struct span at = span_after(s, " at 0x");

	if (at.at == NULL || report->access != ACCESS_UNKNOWN)
		return;
	report->access = span_starts(s, read) ? ACCESS_READ : ACCESS_WRITE;
	report->has_address = span_hex(&at, &report->address);
}

static bool
race_line(struct report *report, struct span line)
{
	struct span s = without_indent(line);

	if (span_starts(s, "=================="))
		return false;
	if (s.len == 0)
		report->in_stack = false;
	else if (span_starts(s, "Read at ") || span_starts(s, "Write at "))
		race_access(report, s, "Read");
	else if (span_starts(s, "Previous read at ") ||
	    span_starts(s, "Previous write at "))
		report_expect(report, STACK_SECOND);
	else if (span_starts(s, "Goroutine "))
		report_expect(report, STACK_OTHER);
	else if (is_indented(line) && !take_place(report, s) &&
	    arguments_at(s) < s.len)
		take_function(report, s);
	return true;
}

const struct trace_parser parser_go_race = {
    .name = "Go race detector",
    .rank = RANK_WHOLE,
    .marks = {"WARNING: DATA RACE"},
    .begin = race_begin,
    .line = race_line,
};
