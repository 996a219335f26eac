/* What glibc and glib say when nobody else does: assertions, heap checks. */
#include <signal.h>

#include "context.h"
#include "statement.h"

static bool
libc_begin(struct report *report, struct span line)
{
	report->signal = SIGABRT;
	if (span_starts(line, "*** stack smashing detected") ||
	    span_starts(line, "*** buffer overflow detected")) {
		report->kind = SPAN("stack-smashing");
		return true;
	}
	if (context_is_heap(line)) {
		report->kind = SPAN("heap-corruption");
		return true;
	}
	/* Without a place a line about an assertion may be anybody's. */
	if (!statement_assertion(report, line) || report->place.line == 0)
		return false;
	report->kind = SPAN("assertion");
	return true;
}

/* One line is all there is, which glib says twice. */
static bool
libc_line(struct report *report, struct span line)
{
	struct report again;

	if (span_is(line, "**"))
		return true;
	report_init(&again);
	return statement_assertion(&again, line) &&
	    span_equal(again.expression, report->expression);
}

const struct trace_parser parser_libc = {
    .name = "libc",
    .rank = RANK_MESSAGE,
    .marks = {"ssertion `", "ssertion '", "ssertion failed", ":assertion ",
	": assertion ", "*** stack smash", "*** buffer over", "*** Error in ",
	"double free or", "(): ", "corrupted ", "invalid fastbin",
	"sysmalloc: ", "malloc_check_get"},
    .begin = libc_begin,
    .line = libc_line,
};
