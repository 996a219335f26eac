/* Finding the report in a text and handing its lines to the right parser. */
#include "trace.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "marks.h"
#include "symbolize.h"

static const struct trace_parser *const parsers[] = {
    &parser_address,
    &parser_leak,
    &parser_hwaddress,
    &parser_memory,
    &parser_thread,
    &parser_undefined_signal,
    &parser_libfuzzer,
    &parser_gdb,
    &parser_chromium,
    &parser_go,
    &parser_go_race,
    &parser_java,
    &parser_python,
    &parser_rust,
    &parser_undefined,
    &parser_check,
    &parser_libc,
};

/* How far apart a warning and the report that it is beside can be. */
#define BESIDE_MAX (8 * 1024)
/* What is longer is no line that a report begins with. */
#define LINE_LEN_MAX (1 << 20)
/* Lines of a language's message before its stack. */
#define BARE_LINES_MAX 16
#define MARK_MIN 4 /* "#0  " */
#define PARSERS (sizeof parsers / sizeof parsers[0])
/* The value of the mark of a fuzzer that starts. */
#define STARTS ((int)PARSERS)

/* Where a report begins: its parser and the text from its first line on. */
struct start {
	const struct trace_parser *parser;
	struct span text;
};

static struct marks *marks;

static void
marks_make(void)
{
	marks = marks_new(MARK_MIN);
	for (size_t i = 0; i < PARSERS; i++)
		for (size_t k = 0; parsers[i]->marks[k] != NULL; k++)
			marks_add(marks, parsers[i]->marks[k], (int)i);
	marks_add(marks, "INFO: Seed: ", STARTS);
}

/* The line of `text` that has a byte at `at`, and what follows it. */
static struct span
line_around(struct span text, size_t at, struct span *rest)
{
	const char *start = memrchr(text.at, '\n', at);
	struct span line;

	*rest = text;
	if (start != NULL)
		*rest = span_skip(text, (size_t)(start - text.at) + 1);
	if (!span_line(rest, &line))
		line = SPAN_NONE;
	return line;
}

/* Does it matter what such a parser finds after what was found already? */
static bool
matters(const struct trace_parser *parser, const struct start *best)
{
	return best->parser == NULL || parser->rank <= RANK_LANGUAGE ||
	    parser->rank < best->parser->rank;
}

/*
 * What begins on the line, looked for from its first mark on: a whole report
 * rather than another, as a target need not end its line. A fuzzer that starts
 * is told as NULL.
 */
static bool
line_begins(struct report *report, struct span line, size_t at,
    const struct start *best, const struct trace_parser **parser)
{
	struct span rest = span_skip(line, at);
	bool found = false;
	int value;

	while (
	    line.len <= LINE_LEN_MAX && marks_find(marks, rest, &at, &value)) {
		const struct trace_parser *p =
		    value == STARTS ? NULL : parsers[value];

		rest = span_skip(rest, at + 1);
		report_clear(report);
		if (p != NULL && (!matters(p, best) || !p->begin(report, line)))
			continue;
		if (!found || (p != NULL && p->rank == RANK_WHOLE))
			*parser = p;
		found = true;
		if (p != NULL && p->rank == RANK_WHOLE)
			break;
	}
	return found;
}

/* Finds the next line on which a report begins; `rest` is what follows it. */
static bool
next_start(struct report *report, struct span *rest, const struct start *best,
    struct start *start)
{
	struct span line, after;
	size_t at;
	int value;

	while (marks_find(marks, *rest, &at, &value)) {
		line = line_around(*rest, at, &after);
		at -= (size_t)(line.at - rest->at);
		start->text = span_skip(*rest, (size_t)(line.at - rest->at));
		*rest = after;
		if (line_begins(report, line, at, best, &start->parser))
			return true;
	}
	return false;
}

/* Does the line belong to a report or a run of something else already? */
static bool
another_begins(const struct trace_parser *parser, struct span line)
{
	const struct trace_parser *other = NULL;
	const struct start none = {0};
	struct report unused;
	bool begins;

	report_init(&unused);
	begins = line_begins(&unused, line, 0, &none, &other) &&
	    other != parser && (other == NULL || other->rank <= RANK_LANGUAGE);
	report_release(&unused);
	return begins;
}

/* Reads the report that begins there; what follows it remains in `rest`. */
static void
read_from(struct report *report, const struct start *start, struct span *rest)
{
	struct span line = SPAN_NONE, before;
	unsigned bare = 0;

	report_clear(report);
	*rest = start->text;
	report->sanitizer = start->parser->name;
	span_line(rest, &line);
	report->error_line = line;
	start->parser->begin(report, line);
	for (before = *rest; span_line(rest, &line); before = *rest) {
		if (report->stack_count == 0 && ++bare > BARE_LINES_MAX &&
		    start->parser->rank == RANK_LANGUAGE)
			break;
		if (!start->parser->line(report, line) ||
		    (start->parser->open_ended &&
			another_begins(start->parser, line)))
			break;
	}
	*rest = before;
	if (start->parser->end != NULL)
		start->parser->end(report);
}

/* A signal that UBSan raised itself after its own report. */
static bool
raised_by_undefined(const struct report *report)
{
	const struct stack *stack = report_stack(report, STACK_CRASH);

	for (size_t i = 0; stack != NULL && i < stack->count && i < 8; i++)
		if (span_starts(
			report->frames[stack->first + i].function, "__ubsan_"))
			return true;
	return false;
}

/* All up to the end of the line that the report begins with. */
static struct span
text_up_to(struct span all, const struct report *report)
{
	all.len =
	    (size_t)(report->error_line.at - all.at) + report->error_line.len;
	return all;
}

/* Reads what begins at `start`, with what the text before it says of it. */
static struct span
tell(struct report *report, const struct start *start, struct span all)
{
	struct context context;
	struct span rest;

	read_from(report, start, &rest);
	if (report->symbolizer != NULL)
		symbolizer_report(report->symbolizer, report);
	report->mere_end = context_is_mere_end(report);
	context_read(&context, report, text_up_to(all, report));
	context_apply(&context, report);
	return rest;
}

/* The starts in a text up to its first whole report. */
struct starts {
	struct start whole;  /* parser NULL: there is none */
	struct start best;   /* of the others, the first of the best rank */
	struct start reason; /* the last word of a language that has a stack */
};

/* Where the line ends that the byte at `at` belongs to. */
static size_t
line_end(struct span text, size_t at)
{
	const char *end = memchr(text.at + at, '\n', text.len - at);

	return end == NULL ? text.len : (size_t)(end - text.at);
}

/* The next start, no further from what is found already than `far` bytes. */
static bool
start_near(struct report *report, const struct starts *starts,
    struct span *rest, size_t far, struct start *start)
{
	struct span near = *rest;
	const char *end;

	if (near.len == 0)
		return false;
	end = near.at + near.len;
	if (starts->best.parser != NULL) {
		size_t gone = (size_t)(rest->at - starts->best.text.at);
		size_t left = gone < far ? far - gone : 0;

		if (near.len > left)
			near.len = left > 0 ? line_end(*rest, left) : 0;
	}
	if (!next_start(report, &near, &starts->best, start))
		return false;
	start->text.len = (size_t)(end - start->text.at);
	*rest = start->text;
	span_line(rest, &near);
	return true;
}

static bool
is_language(const struct start *start)
{
	return start->parser != NULL && start->parser->rank == RANK_LANGUAGE;
}

/* A program that logs "panic: " does not end with it: a place must follow. */
static bool
take_language(struct report *report, struct starts *starts,
    const struct start *start, struct span *rest)
{
	struct span after;

	read_from(report, start, &after);
	if (report_stack(report, STACK_CRASH) != NULL)
		starts->reason = *start;
	else if (report->place.line == 0)
		return false;
	*rest = after;
	return true;
}

static void
find_starts(
    struct report *report, struct starts *starts, struct span rest, bool many)
{
	struct start start;

	memset(starts, 0, sizeof *starts);
	while (start_near(
	    report, starts, &rest, many ? BESIDE_MAX : SIZE_MAX, &start)) {
		if (start.parser == NULL) {
			if (!many || starts->best.parser == NULL)
				continue;
			return;
		}
		if (start.parser->rank == RANK_WHOLE) {
			starts->whole = start;
			return;
		}
		if (start.parser->rank == RANK_LANGUAGE) {
			if (many && is_language(&starts->best))
				return;
			if (!take_language(report, starts, &start, &rest))
				continue;
		}
		if (starts->best.parser == NULL ||
		    start.parser->rank < starts->best.parser->rank)
			starts->best = start;
	}
}

/* A whole report, or what before it says more of the same. */
static struct span
tell_whole(struct report *report, const struct starts *starts, struct span all,
    bool many)
{
	struct span rest = tell(report, &starts->whole, all);
	/* Without a stack it may be cut short. */
	bool bare = report->stack_count == 0;
	bool unexplained = context_is_mere_end(report) ||
	    span_is(report->kind, "panic") || bare;

	/* In a log of many it is another one. */
	if (many && !report->mere_end && !bare && is_language(&starts->best))
		return tell(report, &starts->best, all);
	if (starts->best.parser == &parser_undefined &&
	    raised_by_undefined(report))
		tell(report, &starts->best, all);
	else if (unexplained && starts->reason.parser != NULL)
		tell(report, &starts->reason, all);
	return rest;
}

static bool
read_one(struct report *report, struct span *rest, bool many)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct starts starts;

	pthread_once(&once, marks_make);
	find_starts(report, &starts, *rest, many);
	report_clear(report);
	if (starts.whole.parser != NULL)
		*rest = tell_whole(report, &starts, *rest, many);
	else if (starts.best.parser != NULL)
		*rest = tell(report, &starts.best, *rest);
	else {
		*rest = SPAN_NONE;
		return false;
	}
	return true;
}

bool
report_read(struct report *report, const char *text, size_t len)
{
	struct span rest = {text, len};

	return read_one(report, &rest, false);
}

bool
report_next(struct report *report, struct span *rest)
{
	return read_one(report, rest, true);
}
