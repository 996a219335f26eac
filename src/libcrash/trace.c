/* Finding the report in a text and handing its lines to the right parser. */
#include "trace.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "mem.h"

static const struct trace_parser *const parsers[] = {
    &parser_address,
    &parser_leak,
    &parser_hwaddress,
    &parser_memory,
    &parser_thread,
    &parser_undefined_signal,
    &parser_libfuzzer,
    &parser_gdb,
    &parser_undefined,
    &parser_libc,
};

static const struct {
	const char *name;
	int number;
} signals[] = {
    {"SEGV", SIGSEGV},
    {"ABRT", SIGABRT},
    {"FPE", SIGFPE},
    {"ILL", SIGILL},
    {"BUS", SIGBUS},
    {"TRAP", SIGTRAP},
    {"SYS", SIGSYS},
};

/* Where a report begins: its parser and the text from its first line on. */
struct start {
	const struct trace_parser *parser;
	struct span text;
};

int
report_signal(struct span name)
{
	if (span_starts(name, "SIG"))
		name = span_skip(name, 3);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		if (span_is(name, signals[i].name))
			return signals[i].number;
	return 0;
}

void
report_init(struct report *report)
{
	memset(report, 0, sizeof *report);
}

void
report_release(struct report *report)
{
	free(report->frames);
	report_init(report);
}

static void
report_clear(struct report *report)
{
	struct frame *frames = report->frames;
	size_t cap = report->frame_cap;

	report_init(report);
	report->frames = frames;
	report->frame_cap = cap;
}

const struct stack *
report_stack(const struct report *report, enum stack_role role)
{
	for (size_t i = 0; i < report->stack_count; i++)
		if (report->stacks[i].role == role)
			return &report->stacks[i];
	return NULL;
}

void
report_expect(struct report *report, enum stack_role role)
{
	report->in_stack = false;
	report->next_role = role;
}

void
report_frame(struct report *report, const struct frame *frame)
{
	struct stack *stack;

	if (!report->in_stack) {
		report->in_stack = true;
		if (report->stack_count < TRACE_STACKS_MAX) {
			stack = &report->stacks[report->stack_count++];
			stack->role = report->next_role;
			stack->first = report->frame_count;
			stack->count = 0;
		}
		report->next_role = STACK_OTHER;
	}
	stack = &report->stacks[report->stack_count - 1];
	if (stack->count >= TRACE_STACK_MAX ||
	    stack->first + stack->count != report->frame_count)
		return;
	MEM_GROW(report->frames, report->frame_count, report->frame_cap);
	report->frames[report->frame_count++] = *frame;
	stack->count++;
}

static const struct trace_parser *
recognize(struct report *report, struct span line)
{
	if (line.len < 8 || line.len > 1 << 20)
		return NULL;
	for (size_t i = 0; i < sizeof parsers / sizeof parsers[0]; i++)
		if (parsers[i]->begin(report, line))
			return parsers[i];
	return NULL;
}

static void
read_from(struct report *report, const struct start *start,
    const struct context *context)
{
	struct span rest = start->text, line = SPAN_NONE;

	report_clear(report);
	report->sanitizer = start->parser->name;
	span_line(&rest, &line);
	report->error_line = line;
	start->parser->begin(report, line);
	while (span_line(&rest, &line))
		if (!start->parser->line(report, line))
			break;
	context_apply(context, report);
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

bool
report_read(struct report *report, const char *text, size_t len)
{
	struct span rest = {text, len}, line, from = rest;
	struct start first = {0}, last = {0};
	struct context context = {0};
	const struct trace_parser *parser = NULL;

	report_clear(report);
	for (; span_line(&rest, &line); from = rest) {
		context_line(&context, line);
		parser = recognize(report, line);
		if (parser == NULL)
			continue;
		last = (struct start){parser, from};
		if (!parser->yields)
			break;
		/* A UBSan report says more than a libc message. */
		if (first.parser == NULL ||
		    (first.parser == &parser_libc && parser != &parser_libc))
			first = last;
	}
	if (parser == NULL || parser->yields) {
		if (first.parser != NULL)
			read_from(report, &first, &context);
		return first.parser != NULL;
	}
	read_from(report, &last, &context);
	if (first.parser == &parser_undefined && raised_by_undefined(report))
		read_from(report, &first, &context);
	return true;
}
