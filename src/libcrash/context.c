#include "context.h"

#include <signal.h>
#include <string.h>

static const char *const heap_words[] = {
    "double free or corruption",
    "free(): ",
    "malloc(): ",
    "realloc(): ",
    "munmap_chunk(): ",
    "corrupted size vs. prev_size",
    "corrupted double-linked list",
    "malloc_consolidate(): ",
    "invalid fastbin entry",
    "sysmalloc: ",
    "malloc_check_get_size: ",
    "chunk_main_arena",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool
context_is_heap(struct span line)
{
	/* glibc prints nothing else on the line; old ones "*** Error in". */
	if (span_starts(line, "*** Error in "))
		return true;
	for (size_t i = 0; i < COUNT(heap_words); i++)
		if (span_starts(line, heap_words[i]))
			return line.len < 80;
	return false;
}

void
context_line(struct context *context, struct span line)
{
	if (line.len < 8)
		return;
	if (span_has(line, "ssertion") &&
	    (span_has(line, "ssertion `") || span_has(line, "ssertion failed")))
		context->assertion = line;
	else if (span_starts(line, "terminate called ") ||
	    span_has(line, "libc++abi: terminating"))
		context->exception = line;
	else if (span_starts(line, "*** stack smashing detected") ||
	    span_starts(line, "*** buffer overflow detected"))
		context->smashing = line;
	else if (context_is_heap(line))
		context->heap = line;
	else if (span_has(line, "Check failed: "))
		context->check = span_trim(span_after(line, "Check failed: "));
	else if (span_has(line, ": Running ") && span_has(line, " inputs "))
		context->program =
		    span_basename(span_before(line, ": Running "));
	else if (span_has(line, "FuzzerSecurityIssue"))
		context->stated = span_after(line, "FuzzerSecurityIssue");
}

bool
context_assertion(struct report *report, struct span line)
{
	struct span head = span_before(line, "ssertion"), word, rest;
	struct span text = span_after(line, "ssertion `");
	uint64_t number;

	report->kind = SPAN("assertion");
	report->signal = SIGABRT;
	if (text.at != NULL) {
		for (size_t i = text.len; i > 0; i--)
			if (span_starts(span_skip(text, i - 1), "' failed")) {
				text.len = i - 1;
				break;
			}
	} else
		text = span_trim(span_after(line, "ssertion failed"));
	report->expression = text;
	/* "prog: file:12: function: A": the program's name may be absent. */
	for (rest = head; (word = span_after(rest, ":")).at != NULL;
	     rest = word) {
		struct span file = span_trim(span_before(rest, ":"));

		if (!span_decimal(&word, &number) || !span_starts(word, ": "))
			continue;
		report->place.file = file;
		report->place.line = (unsigned)number;
		word = span_skip(word, 2);
		if (span_ends(word, ": A"))
			word.len -= 3;
		else
			word = SPAN_NONE;
		report->place.function = word;
		return true;
	}
	return false;
}

static bool
stack_has(const struct report *report, const char *const names[], size_t n)
{
	const struct stack *stack = report_stack(report, STACK_CRASH);

	for (size_t i = 0; stack != NULL && i < stack->count && i < 12; i++)
		for (size_t j = 0; j < n; j++)
			if (span_starts(
				report->frames[stack->first + i].function,
				names[j]))
				return true;
	return false;
}

static const char *const assertion_functions[] = {
    "__assert_fail",
    "__GI___assert_fail",
    "__assert_rtn",
    "__assert_func",
    "__assert2",
    "_assert",
    "_wassert",
    "g_assertion_message",
};
static const char *const check_functions[] = {
    "logging::LogMessage",
    "logging::CheckError",
    "google::LogMessage",
    "absl::log_internal::LogMessage",
    "V8_Fatal",
    "v8::base::OS::Abort",
};
static const char *const exception_functions[] = {
    "std::terminate",
    "__cxa_throw",
    "__cxxabiv1::__terminate",
    "std::__terminate",
};
static const char *const panic_functions[] = {
    "std::panicking::",
    "core::panicking::",
    "rust_panic",
    "std::sys_common::backtrace::__rust_end_short",
};
static const char *const heap_functions[] = {
    "malloc_printerr",
    "__malloc_assert",
};
static const char *const smashing_functions[] = {
    "__stack_chk_fail",
    "__GI___stack_chk_fail",
    "__fortify_fail",
    "__GI___fortify_fail",
};

static bool
is_abort(const struct report *report)
{
	return report->signal == SIGABRT || span_is(report->kind, "abrt") ||
	    span_is(report->kind, "deadly-signal");
}

/* Some loggers end with a trap. */
static bool
ends_itself(const struct report *report)
{
	return is_abort(report) || span_is(report->kind, "ill") ||
	    span_is(report->kind, "trap");
}

/*
 * A debugger does not say that the stack was full: does a deep one end in a
 * cycle, as printed?
 */
static bool
is_recursion(const struct report *report)
{
	const struct stack *stack = report_stack(report, STACK_CRASH);
	const struct frame *frames;

	if (stack == NULL || stack->count < 64)
		return false;
	frames = &report->frames[stack->first];
	for (size_t period = 1; period <= 16; period++) {
		size_t i = 16;

		while (i + period < 64 &&
		    span_equal(frames[i].function, frames[i + period].function))
			i++;
		if (i + period == 64)
			return true;
	}
	return false;
}

void
context_apply(const struct context *context, struct report *report)
{
	struct frame none = {0};

	report->stated = context->stated;
	report->program = context->program;
	if (context->check.at != NULL && ends_itself(report) &&
	    stack_has(report, check_functions, COUNT(check_functions))) {
		report->kind = SPAN("assertion");
		report->expression = context->check;
		return;
	}
	if (report->sanitizer == parser_gdb.name &&
	    span_is(report->kind, "segv") && is_recursion(report))
		report->kind = SPAN("stack-overflow");
	if (!is_abort(report))
		return;
	if (stack_has(report, smashing_functions, COUNT(smashing_functions))) {
		report->kind = SPAN("stack-smashing");
	} else if (stack_has(report, heap_functions, COUNT(heap_functions))) {
		report->kind = SPAN("heap-corruption");
	} else if (stack_has(report, exception_functions,
		       COUNT(exception_functions))) {
		report->kind = SPAN("uncaught-exception");
	} else if (stack_has(report, assertion_functions,
		       COUNT(assertion_functions))) {
		report->kind = SPAN("assertion");
		if (context->assertion.at != NULL)
			context_assertion(report, context->assertion);
	} else if (stack_has(report, panic_functions, COUNT(panic_functions)))
		report->kind = SPAN("panic");
	if (report->stack_count > 0)
		report->place = none;
}

void
report_known_kind(struct report *report, const char *kind)
{
	if (strcmp(kind, "timeout") == 0 && is_abort(report) &&
	    (span_is(report->kind, "abrt") ||
		span_is(report->kind, "deadly-signal")))
		report->kind = SPAN("timeout");
}
