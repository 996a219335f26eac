/* What the runtimes of all sanitizers have in common (compiler-rt, libgcc). */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "marks.h"
#include "tail_memo.h"
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
    {"created at:", STACK_OTHER},
    {"value was stored to memory", STACK_OTHER},
    {"was created in the heap", STACK_OTHER},
    {"Previous write of size", STACK_SECOND},
    {"Previous read of size", STACK_SECOND},
    {"Previous atomic", STACK_SECOND},
    {"As if synchronized", STACK_OTHER},
    {"Location is", STACK_OTHER},
    {"registered at", STACK_OTHER},
    {"Cause: ", STACK_OTHER},
    {"Live Heap Allocations: ", STACK_OTHER},
};

/* Errors whose line does not begin with their name. */
static const struct {
	const char *words, *kind;
} phrases[] = {
    {"attempting double-free on", "double-free"},
    {"attempting free on address which was not malloc", "bad-free"},
    {"attempting to call malloc_usable_size", "bad-malloc-usable-size"},
    {"attempting to call __sanitizer_get_allocated_size",
	"bad-get-allocated-size"},
    {"requested allocation size", "allocation-size-too-big"},
    {"out of memory", "out-of-memory"},
    {"allocator is out of memory", "out-of-memory"},
    {"specified RSS limit exceeded", "out-of-memory"},
    {"hard rss limit exhausted", "out-of-memory"},
    {"calloc parameters overflow", "calloc-overflow"},
    {"reallocarray parameters overflow", "reallocarray-overflow"},
    {"pvalloc parameters overflow", "pvalloc-overflow"},
    {"invalid alignment requested in aligned_alloc",
	"invalid-aligned-alloc-alignment"},
    {"invalid allocation alignment", "invalid-allocation-alignment"},
    {"bad parameters to __sanitizer_annotate", "bad-annotation"},
};

static struct marks *heading_marks;

static void
heading_marks_make(void)
{
	heading_marks = marks_new(sizeof "Cause: " - 1);
	for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++)
		marks_add(
		    heading_marks, headings[i].words, (int)headings[i].role);
}

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

bool
sanitizer_named(struct report *report, struct span rest)
{
	struct span word = span_word(rest);

	if (sanitizer_signal(report, rest))
		return true;
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
		if (span_starts(rest, phrases[i].words)) {
			report->kind = span_text(phrases[i].kind);
			return true;
		}
	if (span_ends(word, ":") || span_ends(word, ";"))
		word.len--;
	if (word.len < 3 || word.len > 64)
		return false;
	report->kind = word;
	rest = span_after(rest, " on address ");
	if (rest.at == NULL)
		return true;
	report->has_address = span_hex(&rest, &report->address);
	if (span_starts(rest, " at pc ")) {
		rest = span_skip(rest, 7);
		report->has_pc = span_hex(&rest, &report->pc);
	}
	return true;
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

/* A line that announces a stack. */
static void
heading_line(struct report *report, struct span s)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	size_t at;
	int role;

	pthread_once(&once, heading_marks_make);
	if (marks_find(heading_marks, s, &at, &role))
		report_expect(report, (enum stack_role)role);
}

/* centipede prefixes its target's output. */
static struct span
without_prefix(struct span s)
{
	if (span_starts(s, "CRASH LOG: "))
		s = span_skip(s, strlen("CRASH LOG: "));
	else if (span_starts(s, "LOG: "))
		s = span_skip(s, strlen("LOG: "));
	return span_trim(s);
}

static bool
ends_report(struct span s)
{
	if (span_starts(s, "SUMMARY: "))
		return true;
	return (span_has(s, "ERROR: ") || span_has(s, "WARNING: ")) &&
	    (span_has(s, "Sanitizer: ") || span_has(s, "ERROR: libFuzzer: "));
}

/* Most frames of a log have been read before. */
static bool
take_frame(struct report *report, struct span line)
{
	struct frame frame;
	struct span tail;

	if (!frame_head(&frame, line, &tail))
		return false;
	if (report->memo == NULL)
		report->memo = tail_memo_new();
	if (!tail_memo_get(report->memo, tail, &frame)) {
		frame_tail(&frame, tail);
		tail_memo_put(report->memo, tail, &frame);
	}
	report_frame(report, &frame);
	return true;
}

bool
sanitizer_line(struct report *report, struct span line)
{
	struct span s = without_prefix(line);

	if (s.len == 0)
		return true;
	if (s.at[0] == '#' && take_frame(report, s))
		return true;
	report->in_stack = false;
	if (ends_report(s))
		return false;
	if (access_line(report, s))
		return true;
	if (span_has(s, "caused by a "))
		cause_line(report, s);
	heading_line(report, s);
	return true;
}
