#include "statement.h"

#include <string.h>

/* Sanitizers write behind a line that the target has not ended. */
static struct span
before_sanitizer(struct span s)
{
	static const char *const words[] = {
	    "AddressSanitizer:DEADLYSIGNAL", "MemorySanitizer:DEADLYSIGNAL"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		s = span_before(s, words[i]);
	return span_trim(s);
}

/* `x' failed, 'x' failed, (x) failed: between these and the last "failed". */
static struct span
quoted(struct span text)
{
	for (size_t i = text.len; i > 0; i--)
		if (span_starts(span_skip(text, i - 1), "' failed")) {
			text.len = i - 1;
			break;
		}
	if (span_ends(text, " failed."))
		text.len -= strlen(" failed.");
	return text;
}

/* "prog: file:12: function: A": the program's name may be absent. */
static void
assertion_place(struct report *report, struct span head)
{
	struct span rest = head, word;
	uint64_t number;

	for (; (word = span_after(rest, ":")).at != NULL; rest = word) {
		struct span file = span_trim(span_before(rest, ":"));

		if (!span_decimal(&word, &number) || !span_starts(word, ":"))
			continue;
		report->place.file = file;
		report->place.line = number > 0x7fffffff ? 0 : (unsigned)number;
		word = span_trim(span_skip(word, 1));
		if (span_ends(word, "A") || span_ends(word, "a"))
			word.len--;
		word = span_trim(word);
		if (!span_ends(word, ":"))
			return;
		word.len--;
		report->place.function = word;
		return;
	}
}

/* Where the bracket that opens at `i` closes; s.len where it does not. */
static size_t
closes_at(struct span s, size_t i)
{
	int depth = 0;

	for (; i < s.len; i++)
		if (s.at[i] == '(')
			depth++;
		else if (s.at[i] == ')' && --depth == 0)
			break;
	return i;
}

/* glib's "(x > 0): (0 > 0)" and ": (x != NULL)": what stands in the first. */
static struct span
condition(struct span s)
{
	s = span_trim(s);
	if (span_starts(s, ":"))
		s = span_trim(span_skip(s, 1));
	if (!span_starts(s, "(") || s.len > 4096)
		return before_sanitizer(s);
	s.len = closes_at(s, 0);
	return span_skip(s, 1);
}

/* Google's "assert.h assertion failed at file.cc:9 in f: x". */
static bool
google_assertion(struct report *report, struct span line)
{
	struct span rest = span_after(line, "assertion failed at ");

	if (rest.at == NULL)
		return false;
	frame_place(&report->place, span_before(rest, " in "));
	rest = span_after(rest, " in ");
	report->place.function = span_before(rest, ": ");
	report->expression = before_sanitizer(span_after(rest, ": "));
	return true;
}

/* libc++'s "file:9: assertion x failed: message": the message says more. */
static bool
libcxx_assertion(struct report *report, struct span line)
{
	struct span rest = span_after(line, "assertion ");
	struct span message = span_after(rest, " failed: ");

	if (message.at == NULL || rest.at == NULL ||
	    span_starts(rest, "failed"))
		return false;
	assertion_place(report, span_before(line, "ssertion "));
	report->expression = before_sanitizer(message);
	return true;
}

bool
statement_assertion(struct report *report, struct span line)
{
	struct span text = span_after(line, "ssertion `");

	if (text.at == NULL)
		text = span_after(line, "ssertion '");
	if (text.at != NULL && span_has(text, " failed")) {
		assertion_place(report, span_before(line, "ssertion "));
		report->expression = quoted(text);
	} else if (span_has(line, "ssertion failed")) {
		if (!google_assertion(report, line)) {
			text = span_after(line, "ssertion failed");
			report->expression = condition(text);
			assertion_place(report, span_before(line, "ssertion "));
		}
	} else if (!libcxx_assertion(report, line))
		return false;
	report->cause = line;
	return true;
}

/* Without the values behind it: "a == b (1 vs. 2) and a message". */
static struct span
without_values(struct span s)
{
	if (!span_has(s, " vs. ") || s.len > 4096)
		return s;
	for (size_t i = 1; i < s.len; i++) {
		struct span in;

		if (s.at[i] != '(' || s.at[i - 1] != ' ')
			continue;
		in = (struct span){s.at + i, closes_at(s, i) - i};
		if (!span_has(in, " vs. "))
			continue;
		s.len = i - 1;
		break;
	}
	return s;
}

/* "F0812 21:22:15.159294 61315 file.cc:89] ". */
static bool
is_glog(struct span line)
{
	return line.len > 2 && line.at[0] == 'F' && line.at[1] >= '0' &&
	    line.at[1] <= '9';
}

/* Where a logger's line or the line before it says it is. */
static void
logger_place(struct report *report, struct span line)
{
	struct span rest = span_after(line, ":FATAL:"), number;
	uint64_t value;

	memset(&report->place, 0, sizeof report->place);
	if (rest.at != NULL) { /* Chromium: "[1:2:FATAL:file.cc(9)] " */
		report->place.file = span_before(rest, "(");
		number = span_after(rest, "(");
		if (span_decimal(&number, &value) && value < 0x7fffffff)
			report->place.line = (unsigned)value;
		return;
	}
	rest = span_before(line, "] "); /* glog: "F0812 time pid file:9] " */
	if (rest.len == line.len || !is_glog(line))
		return;
	for (size_t i = rest.len; i > 0; i--)
		if (rest.at[i - 1] == ' ') {
			frame_place(&report->place, span_skip(rest, i));
			return;
		}
}

/* V8 says where on the line before: "# Fatal error in file, line 9". */
static void
v8_place(struct report *report, struct span line)
{
	struct span rest = span_after(line, "Fatal error in "), number;
	uint64_t value;

	report->place.file = span_before(rest, ", line ");
	number = span_after(rest, ", line ");
	if (span_decimal(&number, &value) && value < 0x7fffffff)
		report->place.line = (unsigned)value;
}

bool
statement_check(struct report *report, struct span line)
{
	static const char *const words[] = {
	    "heck failed: ", "CHECK failed: ", "Assert failed: "};
	struct span text = SPAN_NONE;

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if ((text = span_after(line, words[i])).at != NULL)
			break;
	if (text.at == NULL)
		return false;
	report->cause = line;
	text = without_values(before_sanitizer(text));
	/* V8 ends its sentence. */
	if (line.at[0] == '#' && span_ends(text, "."))
		text.len--;
	report->expression = text;
	logger_place(report, line);
	return true;
}

bool
statement_fatal(struct report *report, struct span line)
{
	struct span text = span_after(line, "] ");

	if (span_has(line, "Fatal error in ")) {
		v8_place(report, line);
		return report->place.file.len > 0;
	}
	if (text.at == NULL || (!is_glog(line) && !span_has(line, ":FATAL:")))
		return false;
	logger_place(report, line);
	if (report->place.file.len == 0)
		return false;
	report->cause = line;
	report->expression = before_sanitizer(text);
	return true;
}

/* Old Rust: the message in quotes, then the place. */
static bool
old_panic_place(struct report *report, struct span line)
{
	struct span end, place = SPAN_NONE;

	for (end = line; (end = span_after(end, "', ")).at != NULL;)
		place = end;
	if (place.at == NULL || !frame_place(&report->place, place))
		return false;
	if (report->expression.at + report->expression.len ==
	    line.at + line.len)
		report->expression.len =
		    (size_t)(place.at - report->expression.at) - strlen("', ");
	return true;
}

bool
statement_panic(struct report *report, struct span line)
{
	struct span rest = span_after(line, "' panicked at ");

	if (rest.at == NULL) /* "thread 'main' (1234) panicked at …" */
		rest = span_after(line, ") panicked at ");
	if (rest.at == NULL || !span_has(line, "thread "))
		return false;
	report->cause = line;
	report->expression = SPAN_NONE;
	memset(&report->place, 0, sizeof report->place);
	if (span_starts(rest, "'")) {
		report->expression = span_skip(rest, 1);
		old_panic_place(report, rest);
		return true;
	}
	rest = span_trim(rest);
	if (span_ends(rest, ":"))
		rest.len--;
	return frame_place(&report->place, rest);
}

bool
statement_panic_more(struct report *report, struct span line)
{
	if (report->expression.at == NULL) {
		report->expression = before_sanitizer(line);
		return true;
	}
	return report->place.file.at == NULL && !old_panic_place(report, line);
}
