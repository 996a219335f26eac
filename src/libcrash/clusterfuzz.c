#include "clusterfuzz.h"

#include <ctype.h>
#include <string.h>

#include "cycle.h"
#include "severity.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* The longest line of a state, in bytes, and how many there are. */
#define LINE_MAX_BYTES 80
#define LINES_MAX 3

/* Kinds whose type is not the kind itself with a capital letter. */
static const struct {
	const char *kind, *type;
} types[] = {
    {"fpe", "Floating-point-exception"},
    {"deadly-signal", "Fatal-signal"},
    {"double-free", "Heap-double-free"},
    {"bad-free", "Invalid-free"},
    {"allocation-size-too-big", "Out-of-memory"},
    {"calloc-overflow", "Out-of-memory"},
    {"data-race", "Data race"},
    {"data-race-on-vptr", "Data race"},
    {"race-on-freed-memory", "Heap-use-after-free"},
    {"signed-integer-overflow", "Integer-overflow"},
    {"nonnull-argument", "Invalid-null-argument"},
    {"nonnull-return", "Invalid-null-return"},
    {"shift", "Undefined-shift"},
    {"vla-bound", "Non-positive-vla-bound-value"},
    {"unreachable", "Unreachable code"},
    {"missing-return", "No-return-value"},
    {"bad-cast-call", "Bad-cast"},
    {"cfi-bad-type", "Bad-cast"},
    {"undefined-behavior", "UNKNOWN"},
    {"unknown", "UNKNOWN"},
    {"uncaught-exception", "Uncaught exception"},
    {"fatal-error", "Fatal error"},
    {"deadlock", "Fatal error"},
    {"heap-corruption", "Abrt"},
    {"stack-smashing", "Abrt"},
    {"fuzz-target-exited", "Unexpected-exit"},
};

/* Go's own checks; all other panics are assertions. */
static const struct {
	const char *words, *type;
} panics[] = {
    {"index out of range", "Index out of range"},
    {"slice bounds out of range", "Slice bounds out of range"},
    {"integer divide by zero", "Integer divide by zero"},
    {"makeslice: len out of range", "Makeslice: len out of range"},
    {"invalid memory address", "Invalid memory address"},
};

/* SystemSan's detections. */
static const struct {
	const char *words, *type;
} bugs[] = {
    {"Arbitrary domain name resolution", "Arbitrary DNS resolution"},
    {"Arbitrary file open", "Arbitrary file open"},
    {"Shell injection", "Command injection"},
    {"Shell corruption", "Command injection"},
};

static void
add_fault(struct buf *out, const struct report *report)
{
	buf_add_str(
	    out, severity_near_null(report) ? "Null-dereference" : "UNKNOWN");
	if (report->access == ACCESS_WRITE)
		buf_add_str(out, " WRITE");
	else if (report->access == ACCESS_READ && span_is(report->kind, "segv"))
		buf_add_str(out, " READ");
}

static const char *
assertion_type(const struct report *report)
{
	struct span line = report->cause;

	if (span_has(line, "Security DCHECK failed"))
		return "Security DCHECK failure";
	if (span_has(line, "Security CHECK failed"))
		return "Security CHECK failure";
	if (span_has(line, "DCHECK failed") || span_has(line, "Debug check"))
		return "DCHECK failure";
	if (span_has(line, "heck failed: ") || span_has(line, "CHECK failed"))
		return "CHECK failure";
	return "ASSERT";
}

static const char *
panic_type(const struct report *report)
{
	struct span rest = span_after(report->expression, "runtime error: ");

	for (size_t i = 0; rest.at != NULL && i < COUNT(panics); i++)
		if (span_starts(rest, panics[i].words))
			return panics[i].type;
	return "ASSERT";
}

static const char *
null_type(const struct report *report)
{
	if (span_has(report->error_line, "error: load of"))
		return "Null-dereference READ";
	if (span_has(report->error_line, "error: store to"))
		return "Null-dereference WRITE";
	if (span_has(report->error_line, "error: reference binding"))
		return "Potential-null-reference";
	return "Null-dereference";
}

static const char *
bug_type(const struct report *report)
{
	struct span bug = span_after(report->cause, "BUG DETECTED: ");

	for (size_t i = 0; bug.at != NULL && i < COUNT(bugs); i++)
		if (span_starts(bug, bugs[i].words))
			return bugs[i].type;
	return NULL;
}

/* Types that depend on more than the kind; NULL: it is not such a one. */
static const char *
told_type(const struct report *report)
{
	struct span kind = report->kind;

	if (report->stated.at != NULL &&
	    report->sanitizer == parser_java.name &&
	    span_is(kind, "uncaught-exception"))
		return "Security exception";
	if (bug_type(report) != NULL)
		return bug_type(report);
	if (span_is(kind, "assertion"))
		return assertion_type(report);
	if (span_is(kind, "panic"))
		return panic_type(report);
	if (span_is(kind, "null-dereference"))
		return null_type(report);
	if (span_is(kind, "leak"))
		return report->has_access_bytes ? "Direct-leak"
						: "Indirect-leak";
	for (size_t i = 0; i < COUNT(types); i++)
		if (span_is(kind, types[i].kind))
			return types[i].type;
	return NULL;
}

/* "\nREAD 4"; a size that no plain access has varies, and is {*}. */
static void
add_access(struct buf *out, const struct report *report)
{
	uint64_t n = report->access_bytes;

	if (report->access == ACCESS_UNKNOWN || !report->has_access_bytes ||
	    (report->sanitizer != parser_address.name &&
		report->sanitizer != parser_hwaddress.name))
		return;
	buf_add_str(
	    out, report->access == ACCESS_WRITE ? "\nWRITE " : "\nREAD ");
	if (n > 0 && n <= 32 && (n & (n - 1)) == 0)
		buf_addf(out, "%llu", (unsigned long long)n);
	else
		buf_add_str(out, "{*}");
}

void
clusterfuzz_type(struct buf *out, const struct report *report)
{
	struct span kind = report->kind;
	const char *told = told_type(report);

	if (span_is(kind, "segv") || span_is(kind, "bus") ||
	    (span_is(kind, "unknown-crash") && severity_near_null(report))) {
		add_fault(out, report);
		return;
	}
	if (told != NULL) {
		buf_add_str(out, told);
		return;
	}
	for (size_t i = 0; i < kind.len && i < LINE_MAX_BYTES; i++)
		buf_add_char(out,
		    i == 0 ? (char)toupper((unsigned char)kind.at[i])
			   : kind.at[i]);
	add_access(out, report);
}

/* A state in the making. */
struct state {
	struct buf *out;
	unsigned lines;
};

static void
add_line(struct state *state, struct span line)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < line.len && text.len < LINE_MAX_BYTES; i++)
		if ((unsigned char)line.at[i] >= ' ')
			buf_add_char(&text, line.at[i]);
	if (text.len > 0 && state->lines < LINES_MAX) {
		if (state->lines++ > 0)
			buf_add_char(state->out, '\n');
		buf_add(state->out, text.data, text.len);
	}
	buf_release(&text);
}

/* Up to the arguments; template arguments and return types stay. */
static size_t
function_end(struct span s)
{
	static const char anonymous[] = "(anonymous namespace)";

	for (size_t i = 0; i < s.len; i++) {
		struct span rest = span_skip(s, i);

		if (s.at[i] != '(' || span_starts(rest, "(*") ||
		    span_starts(rest, anonymous))
			continue;
		if (i >= 8 && span_starts(span_skip(s, i - 8), "operator()")) {
			i++;
			continue;
		}
		return i;
	}
	return s.len;
}

static void
add_function(struct state *state, const struct report *report, struct span s)
{
	static const char anonymous[] = "(anonymous namespace)::";
	struct buf name = BUF_INIT;
	struct span at;

	s.len = function_end(s);
	/* Of Go's import path the last part. */
	if (report->sanitizer == parser_go.name)
		s = span_basename(s);
	while ((at = span_after(s, anonymous)).at != NULL) {
		buf_add(&name, s.at,
		    (size_t)(at.at - s.at) - (sizeof anonymous - 1));
		s = at;
	}
	buf_add(&name, s.at == NULL ? "" : s.at, s.len);
	add_line(state, span_trim((struct span){name.data, name.len}));
	buf_release(&name);
}

/* The entry is told by the file that it lies in. */
static void
add_place(
    struct state *state, const struct report *report, const struct place *place)
{
	const struct frame *frame = place->frame;
	struct buf unnamed = BUF_INIT;

	if (place->entry) {
		if (span_is(frame->function, "LLVMFuzzerTestOneInput"))
			add_line(state, span_basename(frame->file));
	} else if (frame->function.len > 0) {
		add_function(state, report, frame->function);
	} else if (frame->has_offset) {
		struct span module = span_basename(frame->module);

		buf_add(&unnamed, module.at,
		    module.len < LINE_MAX_BYTES ? module.len : LINE_MAX_BYTES);
		buf_addf(
		    &unnamed, "+0x%llx", (unsigned long long)frame->offset);
		add_line(state, (struct span){unnamed.data, unnamed.len});
	}
	buf_release(&unnamed);
}

/* Of an exhausted stack once round and again. */
static void
add_places(struct state *state, const struct report *report,
    const struct fingerprint *f)
{
	bool overflow = span_is(report->kind, "stack-overflow");
	struct cycle cycle = {0};

	if (overflow)
		cycle = cycle_find(f, true);
	for (size_t i = 0; cycle.frames > 0 && i < LINES_MAX; i++)
		add_place(
		    state, report, &f->places[cycle.frame[i % cycle.frames]]);
	for (size_t i = 0; i < f->count; i++)
		add_place(state, report, &f->places[i]);
}

/* "x > 0 in font_list.cc" of a CHECK, "x > 0" of an assertion. */
static void
add_message(struct state *state, const struct report *report, const char *type)
{
	struct span text = span_trim(report->expression);
	struct span file = span_basename(report->place.file);
	struct buf line = BUF_INIT;

	if (text.len == 0)
		return;
	if (strcmp(type, "Fatal error") == 0 && span_ends(text, "."))
		text.len--;
	buf_add(&line, text.at,
	    text.len < LINE_MAX_BYTES ? text.len : LINE_MAX_BYTES);
	if (file.len > 0 &&
	    (strcmp(type, "CHECK failure") == 0 ||
		strcmp(type, "DCHECK failure") == 0 ||
		strcmp(type, "Fatal error") == 0))
		buf_addf(&line, " in %.*s",
		    (int)(file.len < LINE_MAX_BYTES ? file.len
						    : LINE_MAX_BYTES),
		    file.at);
	add_line(state, (struct span){line.data, line.len});
	buf_release(&line);
}

/* "Bad-cast to B from A", where a note says what it was. */
static void
add_cast(struct state *state, const struct report *report)
{
	struct span to = span_after(report->error_line, "for type '");
	struct span from = span_after(report->cause, "vtable is of type '");
	struct buf line = BUF_INIT;

	if (to.at == NULL)
		to = span_after(report->error_line, "object of type '");
	to = span_before(to, "'");
	if (to.len == 0 || to.len > LINE_MAX_BYTES || report->cause.at == NULL)
		return;
	from = span_before(from, "'");
	buf_addf(&line, "Bad-cast to %.*s from ", (int)to.len, to.at);
	if (from.len > 0)
		buf_add(&line, from.at,
		    from.len < LINE_MAX_BYTES ? from.len : LINE_MAX_BYTES);
	else
		buf_add_str(&line, "invalid vptr");
	add_line(state, (struct span){line.data, line.len});
	buf_release(&line);
}

/* Where the frames say nothing: by the name of what was run. */
static bool
by_target(const struct report *report)
{
	return span_is(report->kind, "timeout") ||
	    (span_is(report->kind, "out-of-memory") &&
		report->sanitizer == parser_libfuzzer.name);
}

static bool
has_message(const struct report *report, const char *type)
{
	return span_is(report->kind, "assertion") ||
	    strcmp(type, "ASSERT") == 0 || strcmp(type, "Fatal error") == 0;
}

void
clusterfuzz_state(struct buf *out, const struct report *report,
    const struct fingerprint *f, const char *target)
{
	struct state state = {.out = out};
	struct span name = target != NULL ? span_text(target) : report->program;
	struct buf type = BUF_INIT;

	clusterfuzz_type(&type, report);
	if (by_target(report) && name.len > 0) {
		add_line(&state, name);
		buf_release(&type);
		return;
	}
	if (has_message(report, type.data))
		add_message(&state, report, type.data);
	else if (strcmp(type.data, "Bad-cast") == 0)
		add_cast(&state, report);
	add_places(&state, report, f);
	if (state.lines == 0 && report->sanitizer == parser_libfuzzer.name)
		add_line(&state, name);
	if (state.lines == 0)
		add_line(&state, SPAN("NULL"));
	buf_release(&type);
}
