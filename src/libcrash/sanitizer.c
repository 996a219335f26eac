/* What the runtimes of all sanitizers have in common (compiler-rt, libgcc). */
#include <stdlib.h>
#include <string.h>

#include "trace.h"

/* Headings that announce a stack of another role than the crash's. */
static const struct {
	const char *words;
	enum stack_role role;
} headings[] = {
    {"freed by thread", STACK_FREED},
    {"allocated by thread", STACK_ALLOCATED},
    {"allocated here", STACK_ALLOCATED},
    {"allocated from:", STACK_OTHER},
    {"is located in stack of thread", STACK_OTHER},
    {"created by", STACK_OTHER},
    {"value was stored to memory", STACK_OTHER},
    {"Previous write of size", STACK_SECOND},
    {"Previous read of size", STACK_SECOND},
    {"Previous atomic", STACK_SECOND},
    {"As if synchronized", STACK_OTHER},
    {"Location is", STACK_OTHER},
    {"registered at", STACK_OTHER},
    {"Cause: ", STACK_OTHER},
};

struct span
sanitizer_error(struct span line, const char *name)
{
	static const char *const words[] = {"ERROR: ", "WARNING: "};
	struct span rest;

	for (size_t i = 0; i < 2; i++) {
		rest = span_after(line, words[i]);
		if (!span_starts(rest, name))
			continue;
		rest = span_skip(rest, strlen(name));
		if (span_starts(rest, ": "))
			return span_skip(rest, 2);
	}
	return SPAN_NONE;
}

static void
take_hex(struct span s, const char *word, uint64_t *value, bool *has)
{
	struct span at = span_after(s, word);

	if (span_starts(at, "0x") && span_hex(&at, value))
		*has = true;
}

bool
sanitizer_signal(struct report *report, struct span rest)
{
	static const struct {
		const char *name, *kind;
	} kinds[] = {
	    {"SEGV", "segv"},
	    {"ABRT", "abrt"},
	    {"FPE", "fpe"},
	    {"ILL", "ill"},
	    {"BUS", "bus"},
	    {"TRAP", "trap"},
	    {"stack-overflow", "stack-overflow"},
	    {"access-violation", "segv"},
	};
	struct span word = span_word(rest);

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (!span_is(word, kinds[i].name))
			continue;
		report->kind = span_text(kinds[i].kind);
		report->signal = report_signal(word);
		take_hex(
		    rest, "address ", &report->address, &report->has_address);
		take_hex(rest, "(pc ", &report->pc, &report->has_pc);
		return true;
	}
	return false;
}

/* "READ of size 4 at 0x…", TSan's "  Write of size 4 at 0x… by thread". */
static bool
access_line(struct report *report, struct span s)
{
	struct span size = span_after(s, " of size ");
	enum access access = ACCESS_UNKNOWN;

	if (size.at == NULL)
		return false;
	if (span_starts(s, "READ") || span_starts(s, "Read") ||
	    span_starts(s, "Atomic read"))
		access = ACCESS_READ;
	else if (span_starts(s, "WRITE") || span_starts(s, "Write") ||
	    span_starts(s, "Atomic write"))
		access = ACCESS_WRITE;
	else
		return false;
	if (report->access == ACCESS_UNKNOWN) {
		report->access = access;
		report->has_access_bytes =
		    span_decimal(&size, &report->access_bytes);
		if (!report->has_address)
			take_hex(size, " at ", &report->address,
			    &report->has_address);
	}
	return true;
}

static void
cause_line(struct report *report, struct span s)
{
	if (report->access != ACCESS_UNKNOWN)
		return;
	if (span_has(s, "caused by a READ"))
		report->access = ACCESS_READ;
	else if (span_has(s, "caused by a WRITE"))
		report->access = ACCESS_WRITE;
}

bool
sanitizer_line(struct report *report, struct span line)
{
	struct span s = line;
	struct frame frame;

	/* centipede prints its target's output so. */
	if (span_starts(s, "CRASH LOG: "))
		s = span_skip(s, strlen("CRASH LOG: "));
	s = span_trim(s);
	if (s.len == 0)
		return true;
	if (s.at[0] == '#' && frame_sanitizer(&frame, s)) {
		report_frame(report, &frame);
		return true;
	}
	report->in_stack = false;
	if (span_starts(s, "SUMMARY: ") ||
	    (span_has(s, "ERROR: ") && span_has(s, "Sanitizer: ")))
		return false;
	if (access_line(report, s))
		return true;
	if (span_has(s, "caused by a "))
		cause_line(report, s);
	for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++)
		if (span_has(s, headings[i].words)) {
			report_expect(report, headings[i].role);
			return true;
		}
	return true;
}
