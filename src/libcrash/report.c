/* The report as the parsers fill it: trace.h. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "tail_memo.h"
#include "trace.h"

static const struct {
	const char *name, *kind;
	int number;
} signals[] = {
    {"SEGV", "segv", SIGSEGV},
    {"ABRT", "abrt", SIGABRT},
    {"FPE", "fpe", SIGFPE},
    {"ILL", "ill", SIGILL},
    {"BUS", "bus", SIGBUS},
    {"TRAP", "trap", SIGTRAP},
    {"SYS", "trap", SIGSYS},
};

#define SIGNALS (sizeof signals / sizeof signals[0])

int
report_signal(struct span name)
{
	if (span_starts(name, "SIG"))
		name = span_skip(name, 3);
	for (size_t i = 0; i < SIGNALS; i++)
		if (span_is(name, signals[i].name))
			return signals[i].number;
	return 0;
}

const char *
report_signal_kind(int number)
{
	for (size_t i = 0; i < SIGNALS; i++)
		if (signals[i].number == number)
			return signals[i].kind;
	return "trap";
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
	tail_memo_free(report->memo);
	free(report->names);
	report_init(report);
}

void
report_clear(struct report *report)
{
	struct report kept = {.frames = report->frames,
	    .frame_cap = report->frame_cap,
	    .memo = report->memo,
	    .symbolizer = report->symbolizer,
	    .elsewhere = report->elsewhere};

	free(report->names);
	*report = kept;
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
		} else
			report->lost = true;
		report->next_role = STACK_OTHER;
	}
	stack = &report->stacks[report->stack_count - 1];
	if (report->lost || stack->count >= TRACE_STACK_MAX)
		return;
	MEM_GROW(report->frames, report->frame_count, report->frame_cap);
	report->frames[report->frame_count++] = *frame;
	stack->count++;
}

struct frame *
report_last_frame(struct report *report)
{
	if (!report->in_stack || report->lost ||
	    report->stacks[report->stack_count - 1].count == 0)
		return NULL;
	return &report->frames[report->frame_count - 1];
}

void
report_restart_stack(struct report *report)
{
	struct stack *stack;

	if (!report->in_stack || report->lost)
		return;
	stack = &report->stacks[report->stack_count - 1];
	report->frame_count = stack->first;
	stack->count = 0;
}

void
report_demote_crash(struct report *report)
{
	for (size_t i = 0; i < report->stack_count; i++)
		if (report->stacks[i].role == STACK_CRASH)
			report->stacks[i].role = STACK_OTHER;
}

void
report_cut_above(struct report *report, size_t frames)
{
	for (size_t i = 0; i < report->stack_count; i++) {
		struct stack *stack = &report->stacks[i];

		if (stack->role != STACK_CRASH)
			continue;
		if (frames > stack->count)
			frames = stack->count;
		stack->first += frames;
		stack->count -= frames;
		return;
	}
}

void
report_exception(struct report *report, struct span line)
{
	static const struct {
		const char *words, *kind;
	} kinds[] = {
	    {"java.lang.StackOverflowError", "stack-overflow"},
	    {"java.lang.OutOfMemoryError", "out-of-memory"},
	    {"java.lang.AssertionError", "assertion"},
	    {"RecursionError", "stack-overflow"},
	    {"MemoryError", "out-of-memory"},
	    {"AssertionError", "assertion"},
	};

	report->kind = SPAN("uncaught-exception");
	report->expression = line;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (span_starts(line, kinds[i].words))
			report->kind = span_text(kinds[i].kind);
}
