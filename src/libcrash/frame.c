/*
 * One line of a stack as the sanitizers print it (compiler-rt,
 * sanitizer_stacktrace_printer.cpp: "    #%n %p %F %L"), symbolized or not.
 */
#include <string.h>

#include "trace.h"

/* Takes " (BuildId: …)" off the end. */
static void
cut_build_id(struct span *s, struct frame *frame)
{
	struct span tail = span_after(*s, " (BuildId: ");

	if (tail.at != NULL)
		s->len = (size_t)(tail.at - s->at) - strlen(" (BuildId: ");
	frame->build_id = span_before(tail, ")");
	*s = span_trim(*s);
}

/* Takes "(module+0x12)" or "(<unknown module>)" off the end. */
static void
cut_module(struct span *s, struct frame *frame)
{
	struct span in;
	size_t open = s->len, plus;

	if (s->len == 0 || s->at[s->len - 1] != ')')
		return;
	while (open > 0 && s->at[open - 1] != '(')
		open--;
	if (open == 0 || (open > 1 && s->at[open - 2] != ' '))
		return;
	in = (struct span){s->at + open, s->len - open - 1};
	plus = in.len;
	while (plus > 0 && in.at[plus - 1] != '+')
		plus--;
	if (plus > 0 && span_starts(span_skip(in, plus), "0x")) {
		struct span number = span_skip(in, plus);

		if (!span_hex(&number, &frame->offset) || number.len > 0)
			return;
		frame->has_offset = true;
		frame->module = (struct span){in.at, plus - 1};
	} else if (!span_is(in, "<unknown module>"))
		return;
	s->len = open - 1;
	*s = span_trim(*s);
}

/* Takes ":12" off the end. */
static bool
cut_number(struct span *s, unsigned *number)
{
	size_t n = s->len;
	uint64_t value;
	struct span digits;

	while (n > 0 && s->at[n - 1] >= '0' && s->at[n - 1] <= '9')
		n--;
	if (n < 2 || n == s->len || s->at[n - 1] != ':')
		return false;
	digits = span_skip(*s, n);
	span_decimal(&digits, &value);
	*number = value > 0x7fffffff ? 0x7fffffff : (unsigned)value;
	s->len = n - 1;
	return true;
}

bool
frame_place(struct frame *frame, struct span place)
{
	unsigned last, before;

	if (!cut_number(&place, &last))
		return false;
	frame->line = last;
	if (cut_number(&place, &before)) {
		frame->line = before;
		frame->column = last;
	}
	frame->file = place;
	return true;
}

/*
 * Where the file begins in "int f<a, b>(int, char *) const dir/file.c":
 * at the first " /" outside of brackets, else after the last blank there.
 */
static size_t
file_at(struct span s)
{
	size_t last = s.len, path = s.len;
	int depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (c == 'o' && span_starts(span_skip(s, i), "operator")) {
			i += strlen("operator");
			while (i < s.len && memchr("<>-=", s.at[i], 4) != NULL)
				i++;
			i--;
		} else if (c == '(' || c == '<' || c == '{' || c == '[')
			depth++;
		else if ((c == ')' || c == '}' || c == ']' ||
			     (c == '>' && s.at[i - (i > 0)] != '-')) &&
		    depth > 0)
			depth--;
		else if (c == ' ' && depth > 0 &&
		    span_starts(span_skip(s, i + 1), "/"))
			path = i + 1;
		else if (c == ' ' && depth == 0) {
			last = i + 1;
			if (last < s.len && s.at[last] == '/')
				return last;
		}
	}
	/* A bracket that is never closed hides what is there. */
	return last < s.len ? last : path;
}

/* A file without line and directory: what was built without -g has that. */
static bool
is_bare_file(struct span word)
{
	static const char *const ends[] = {
	    ".o", ".c", ".cc", ".cpp", ".cxx", ".C", ".s", ".S", ".rs"};

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (span_ends(word, ends[i]))
			return true;
	return false;
}

static void
split_function(struct span s, struct frame *frame)
{
	size_t at;
	bool has_line = frame_place(frame, s);

	if (has_line)
		s = frame->file;
	frame->file = SPAN_NONE;
	if (span_ends(s, " <null>")) {
		s.len -= strlen(" <null>");
	} else if (span_ends(s,
		       " ?"
		       "?:?") ||
	    span_ends(s,
		" ?"
		"?:0")) {
		s.len -= strlen(" ?"
				"?:0");
	} else {
		at = file_at(s);
		if (at < s.len &&
		    (has_line || s.at[at] == '/' ||
			is_bare_file(span_skip(s, at)))) {
			frame->file = span_skip(s, at);
			s.len = at;
		}
	}
	s = span_trim(s);
	/* A library's name alone stands for a function without one. */
	if (frame->module.len == 0 && frame->file.len == 0 &&
	    (span_ends(s, ".so") || span_has(s, ".so."))) {
		frame->module = s;
		return;
	}
	if (!span_is(s, "<null>") && !span_is(s, "<unknown>") &&
	    !span_is(s, "??") && s.len > 0)
		frame->function = s;
}

bool
frame_head(struct frame *frame, struct span line, struct span *tail)
{
	struct span s = span_trim(line);
	uint64_t number;

	if (s.len < 4 || s.at[0] != '#')
		return false;
	s = span_skip(s, 1);
	if (!span_decimal(&s, &number) || s.len == 0 || s.at[0] != ' ')
		return false;
	memset(frame, 0, sizeof *frame);
	s = span_trim(s);
	if (span_starts(s, "0x") || span_has(span_word(s), "0x") ||
	    span_starts(span_skip(s, span_word(s).len), " in ")) {
		struct span address = s;

		if (span_hex(&address, &frame->pc) &&
		    (address.len == 0 || address.at[0] == ' ')) {
			frame->has_pc = true;
			s = span_trim(address);
		}
	}
	if (span_starts(s, "in "))
		s = span_trim(span_skip(s, 3));
	*tail = s;
	return true;
}

void
frame_tail(struct frame *frame, struct span tail)
{
	cut_build_id(&tail, frame);
	cut_module(&tail, frame);
	split_function(tail, frame);
}

bool
frame_sanitizer(struct frame *frame, struct span line)
{
	struct span tail;

	if (!frame_head(frame, line, &tail))
		return false;
	frame_tail(frame, tail);
	return true;
}
