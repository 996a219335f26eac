/*
 * UndefinedBehaviorSanitizer and clang's CFI: "file:line:column: runtime
 * error: …" (compiler-rt, ubsan_handlers.cpp; libgcc's are the same words).
 * Kinds are named after the -fsanitize checks.
 */
#include "trace.h"

/* The first row whose words the message has. */
static const struct {
	const char *words, *kind;
} checks[] = {
    {"control flow integrity check for type", "cfi-bad-type"},
    {"which does not point to an object of type", "bad-cast"},
    {"through pointer to incorrect function type",
	"incorrect-function-pointer-type"},
    {"misaligned address", "misaligned-address"},
    {"with insufficient space for an object", "object-size"},
    {"null pointer passed as argument", "nonnull-argument"},
    {"null pointer returned from function", "nonnull-return"},
    {"null pointer of type", "null-dereference"},
    {"unsigned integer overflow", "unsigned-integer-overflow"},
    {"signed integer overflow", "signed-integer-overflow"},
    {"negation of ", "signed-integer-overflow"},
    {"division by zero", "divide-by-zero"},
    {"division of ", "signed-integer-overflow"},
    {"shift exponent", "shift"},
    {"left shift of", "shift"},
    {"out of bounds for type", "index-out-of-bounds"},
    {"for type 'bool'", "invalid-bool-value"},
    {"for type '_Bool'", "invalid-bool-value"},
    {"is not a valid value for type", "invalid-enum-value"},
    {"variable length array bound", "vla-bound"},
    {"unreachable program point", "unreachable"},
    {"value-returning function without", "missing-return"},
    {"outside the range of representable values", "float-cast-overflow"},
    {"pointer index expression", "pointer-overflow"},
    {" offset ", "pointer-overflow"},
    {"passing zero to", "invalid-builtin-use"},
    {"implicit conversion from type", "implicit-conversion"},
    {"assumption of ", "alignment-assumption"},
    {"execution reached", "unreachable"},
};

/* "dir/file.c:3:14", "<unknown>" or "(module+0x12)". */
static void
take_place(struct report *report, struct span head)
{
	struct span numbers = SPAN_NONE;
	uint64_t line;

	report->place.file = SPAN_NONE;
	for (size_t i = 0, colons = 0; i < head.len; i++)
		if (head.at[head.len - 1 - i] == ':' && ++colons <= 2) {
			struct span digits = span_skip(head, head.len - i);

			if (!span_decimal(&digits, &line))
				break;
			numbers = span_skip(head, head.len - 1 - i);
			report->place.line = (unsigned)line;
		}
	if (numbers.at != NULL) {
		head.len -= numbers.len;
		report->place.file = head;
	}
}

/* Go's "panic: runtime error: …" has no place before it. */
static bool
ends_place(struct span head)
{
	char last = head.len > 0 ? head.at[head.len - 1] : '\0';

	return (last >= '0' && last <= '9') || last == '>' || last == ')';
}

/* "(vtable address 0x12)" of a cast, "of address 0x12" of others. */
static void
take_address(struct report *report, struct span message)
{
	struct span at = span_after(message, " address 0x");

	if (at.at != NULL)
		report->has_address = span_hex(&at, &report->address);
}

static bool
undefined_begin(struct report *report, struct span line)
{
	static const char mark[] = ": runtime error: ";
	struct span message = span_after(line, mark);

	if (message.at == NULL || !ends_place(span_before(line, mark)))
		return false;
	report->kind = SPAN("undefined-behavior");
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
		if (span_has(message, checks[i].words)) {
			report->kind = span_text(checks[i].kind);
			break;
		}
	if (span_has(message, "member call on") &&
	    span_is(report->kind, "bad-cast"))
		report->kind = SPAN("bad-cast-call");
	take_address(report, message);
	take_place(report, span_trim(span_before(line, ": runtime error: ")));
	return true;
}

/* The notes on an object's bytes: what it is, the bytes, a caret. */
static bool
note_line(struct report *report, struct span line)
{
	uint64_t byte;

	if (span_has(line, ": note: ")) {
		if (report->cause.at == NULL)
			report->cause = line;
		return true;
	}
	if (line.len == 0 || line.at[0] == ' ' || span_is(line, "^") ||
	    span_starts(line, "<memory cannot be printed>"))
		return true;
	return report->cause.at != NULL && span_hex(&line, &byte) &&
	    span_starts(line, " ");
}

/* A stack follows at once, but for notes, or not at all. */
static bool
undefined_line(struct report *report, struct span line)
{
	struct frame frame;

	if (frame_sanitizer(&frame, line)) {
		report_frame(report, &frame);
		return true;
	}
	return report->stack_count == 0 && note_line(report, line);
}

/* A signal that UBSan's runtime caught, as the other runtimes do. */
static bool
signal_begin(struct report *report, struct span line)
{
	struct span rest = sanitizer_error(line, "UndefinedBehaviorSanitizer");

	return rest.at != NULL && sanitizer_signal(report, rest);
}

const struct trace_parser parser_undefined_signal = {
    .name = "UndefinedBehaviorSanitizer",
    .rank = RANK_WHOLE,
    .marks = {"ERROR: UndefinedBehaviorSanitizer: "},
    .begin = signal_begin,
    .line = sanitizer_line,
};

const struct trace_parser parser_undefined = {
    .name = "UndefinedBehaviorSanitizer",
    .rank = RANK_UNDEFINED,
    .marks = {": runtime error: "},
    .begin = undefined_begin,
    .line = undefined_line,
};
