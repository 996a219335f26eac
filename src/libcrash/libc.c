/* What glibc says when nobody else does: assertions and heap checks. */
#include <signal.h>

#include "context.h"

static bool
libc_begin(struct report *report, struct span line)
{
	if (span_has(line, "ssertion `") && span_has(line, "' failed") &&
	    context_assertion(report, line))
		return true;
	report->signal = SIGABRT;
	if (span_starts(line, "*** stack smashing detected") ||
	    span_starts(line, "*** buffer overflow detected")) {
		report->kind = SPAN("stack-smashing");
		return true;
	}
	if (!context_is_heap(line))
		return false;
	report->kind = SPAN("heap-corruption");
	return true;
}

/* One line is all there is. */
static bool
libc_line(struct report *report, struct span line)
{
	(void)report;
	(void)line;
	return false;
}

const struct trace_parser parser_libc = {
    .name = "libc",
    .yields = true,
    .begin = libc_begin,
    .line = libc_line,
};
