#include "context.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "marks.h"
#include "statement.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* A statement this far before the report, in bytes, may be its reason. */
#define NEAR_MAX 4096
/* Lines before the report among which a logger's fatal one is looked for. */
#define FATAL_LINES 64
/* What a fuzzer says of the severity begins so. */
#define STATED "FuzzerSecurityIssue"

/* glibc 2.36, malloc/malloc.c; the last two are of older ones. */
static const char *const heap_words[] = {
    "double free or corruption",
    "free(): ",
    "malloc(): ",
    "realloc(): ",
    "munmap_chunk(): ",
    "corrupted size vs. prev_size",
    "corrupted double-linked list",
    "malloc_consolidate(): ",
    "malloc_check_get_size: ",
    "mremap_chunk(): ",
    "invalid fastbin entry",
    "sysmalloc: ",
};

static const struct {
	const char *words;
	enum context_kind kind;
} words[] = {
    {"ssertion `", CONTEXT_ASSERTION},
    {"ssertion '", CONTEXT_ASSERTION},
    {"ssertion failed", CONTEXT_ASSERTION},
    {":assertion ", CONTEXT_ASSERTION},
    {": assertion ", CONTEXT_ASSERTION},
    {"heck failed: ", CONTEXT_CHECK},
    {"CHECK failed: ", CONTEXT_CHECK},
    {"Assert failed: ", CONTEXT_CHECK},
    {"# Fatal error in ", CONTEXT_V8},
    {"terminate called ", CONTEXT_EXCEPTION},
    {"libc++abi: terminating", CONTEXT_EXCEPTION},
    {"*** Error in ", CONTEXT_HEAP},
    {"*** stack smashing detected", CONTEXT_SMASHING},
    {"*** buffer overflow detected", CONTEXT_SMASHING},
    {" panicked at ", CONTEXT_PANIC},
    {"memory allocation of ", CONTEXT_MEMORY},
    {"er-input timeout exceeded: ", CONTEXT_TIMEOUT},
    {"er-batch timeout exceeded: ", CONTEXT_TIMEOUT},
    {"RSS limit exceeded: ", CONTEXT_RSS},
    {"===BUG DETECTED: ", CONTEXT_BUG},
    {STATED, CONTEXT_STATED},
    {": Running ", CONTEXT_PROGRAM},
};

static struct marks *marks;

static void
marks_make(void)
{
	marks = marks_new(sizeof "free(): " - 1);
	for (size_t i = 0; i < COUNT(words); i++)
		marks_add(marks, words[i].words, (int)words[i].kind);
	for (size_t i = 0; i < COUNT(heap_words); i++)
		marks_add(marks, heap_words[i], CONTEXT_HEAP);
}

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

static void
take_line(struct context *context, enum context_kind kind, struct span line)
{
	if (kind == CONTEXT_HEAP && !context_is_heap(line))
		return;
	if (kind == CONTEXT_PROGRAM && !span_has(line, " inputs "))
		return;
	context->line[kind] = line;
}

static struct span
line_at(struct span text, const char *at)
{
	const char *start, *end;

	start = memrchr(text.at, '\n', (size_t)(at - text.at));
	start = start == NULL ? text.at : start + 1;
	end = memchr(at, '\n', (size_t)(text.at + text.len - at));
	if (end == NULL)
		end = text.at + text.len;
	return (struct span){start, (size_t)(end - start)};
}

/* glog's stack, whose message stands before it. */
static bool
is_fatal(const struct report *report)
{
	return span_is(report->kind, "fatal-error") &&
	    report->sanitizer == parser_check.name &&
	    report->expression.at == NULL;
}

/* A logger writes its message and aborts. */
static struct span
fatal_line(const struct report *report, struct span before)
{
	struct report unused;
	struct span line = report->error_line;

	for (int i = 0; i < FATAL_LINES && line.at > before.at &&
	     report->error_line.at - line.at < NEAR_MAX;
	     i++) {
		line = line_at(before, line.at - 1);
		report_init(&unused);
		if (line.len > 0 && line.len < NEAR_MAX &&
		    statement_fatal(&unused, line))
			return line;
	}
	return SPAN_NONE;
}

/* Can more than the stated severity be said of such a report? */
static bool
matters(const struct report *report)
{
	return context_is_mere_end(report) || is_fatal(report) ||
	    span_is(report->kind, "timeout") ||
	    span_is(report->kind, "out-of-memory");
}

static void
find_stated(struct context *context, struct span before)
{
	struct span rest = before;

	while ((rest = span_after(rest, STATED)).at != NULL)
		context->line[CONTEXT_STATED] = line_at(before, rest.at - 1);
}

void
context_read(
    struct context *context, const struct report *report, struct span before)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct span rest = before;
	size_t at;
	int kind;

	memset(context, 0, sizeof *context);
	if (!matters(report)) {
		find_stated(context, before);
		return;
	}
	pthread_once(&once, marks_make);
	while (marks_find(marks, rest, &at, &kind)) {
		struct span line = line_at(before, rest.at + at);

		take_line(context, (enum context_kind)kind, line);
		rest = span_skip(rest, at + 1);
	}
	if (context_is_mere_end(report) || is_fatal(report))
		context->fatal = fatal_line(report, before);
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
    "g_return_if_fail_warning",
    "std::__1::__libcpp_verbose_abort",
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
static const char *const memory_functions[] = {
    "rust_oom",
    "__rust_alloc_error_handler",
    "alloc::alloc::handle_alloc_error",
    "std::alloc::rust_oom",
};
static const char *const panic_functions[] = {
    "std::panicking::",
    "core::panicking::",
    "rust_panic",
    "__rustc::rust_panic",
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

/* What a frame of the stack says of the abort; the first row that holds. */
static const struct {
	const char *const *names;
	size_t count;
	const char *kind;
	enum context_kind context;
} reasons[] = {
    {smashing_functions, COUNT(smashing_functions), "stack-smashing",
	CONTEXT_SMASHING},
    {heap_functions, COUNT(heap_functions), "heap-corruption", CONTEXT_HEAP},
    {exception_functions, COUNT(exception_functions), "uncaught-exception",
	CONTEXT_EXCEPTION},
    {assertion_functions, COUNT(assertion_functions), "assertion",
	CONTEXT_ASSERTION},
    {memory_functions, COUNT(memory_functions), "out-of-memory",
	CONTEXT_MEMORY},
    {panic_functions, COUNT(panic_functions), "panic", CONTEXT_PANIC},
};

/* glib lets the program say what to do with a message: that comes above. */
static void
cut_log_handler(struct report *report)
{
	static const char *const loggers[] = {
	    "g_log", "g_logv", "g_log_structured_array"};
	const struct stack *stack = report_stack(report, STACK_CRASH);

	for (size_t i = 0; stack != NULL && i < stack->count && i < 8; i++)
		for (size_t k = 0; k < COUNT(loggers); k++)
			if (span_is(report->frames[stack->first + i].function,
				loggers[k])) {
				report_cut_above(report, i);
				return;
			}
}

static bool
is_abort(const struct report *report)
{
	return span_is(report->kind, "abrt") ||
	    span_is(report->kind, "deadly-signal");
}

/* Some loggers end with a trap. */
static bool
ends_itself(const struct report *report)
{
	return is_abort(report) || span_is(report->kind, "ill") ||
	    span_is(report->kind, "trap");
}

bool
context_is_mere_end(const struct report *report)
{
	return ends_itself(report) ||
	    span_is(report->kind, "fuzz-target-exited");
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

/* The message and the place of a panic, which may be on the lines after it. */
static void
apply_panic(struct report *report, struct span line)
{
	struct span rest = {line.at + line.len,
	    (size_t)(report->error_line.at - (line.at + line.len))};

	if (rest.at >= report->error_line.at || !statement_panic(report, line))
		return;
	rest = span_skip(rest, 1);
	for (int i = 0; i < 16 && span_line(&rest, &line); i++)
		if (!statement_panic_more(report, line))
			break;
}

static void
apply_line(struct report *report, enum context_kind kind, struct span line)
{
	report->cause = line;
	if (line.at == NULL)
		return;
	if (kind == CONTEXT_ASSERTION)
		statement_assertion(report, line);
	else if (kind == CONTEXT_PANIC)
		apply_panic(report, line);
	else if (kind == CONTEXT_EXCEPTION)
		report->expression =
		    span_before(span_after(line, "instance of '"), "'");
}

static bool
is_near(const struct report *report, struct span line)
{
	return line.at != NULL &&
	    (size_t)(report->error_line.at - line.at) < NEAR_MAX;
}

static bool
apply_check(const struct context *context, struct report *report, bool always)
{
	struct span check = context->line[CONTEXT_CHECK];

	if (check.at != NULL && (always || is_near(report, check)) &&
	    statement_check(report, check)) {
		report->kind = SPAN("assertion");
		if (check.at[0] == '#')
			statement_fatal(report, context->line[CONTEXT_V8]);
		return true;
	}
	if (context->fatal.at == NULL ||
	    !statement_fatal(report, context->fatal))
		return false;
	report->kind = SPAN("fatal-error");
	report->cause = context->fatal;
	return true;
}

/* What stands right before it, where no frame says otherwise. */
static void
apply_near(const struct context *context, struct report *report)
{
	struct span line = context->line[CONTEXT_ASSERTION];

	if (is_near(report, context->line[CONTEXT_TIMEOUT]))
		report->kind = SPAN("timeout");
	else if (is_near(report, context->line[CONTEXT_RSS]))
		report->kind = SPAN("out-of-memory");
	else if (is_near(report, line) && statement_assertion(report, line))
		report->kind = SPAN("assertion");
	else if (!apply_check(context, report, false) &&
	    is_near(report, context->line[CONTEXT_BUG]))
		report->cause = context->line[CONTEXT_BUG];
}

void
context_apply(const struct context *context, struct report *report)
{
	struct span program = context->line[CONTEXT_PROGRAM];

	report->stated = span_after(context->line[CONTEXT_STATED], STATED);
	report->program = span_basename(span_before(program, ": Running "));
	if (report->sanitizer == parser_gdb.name &&
	    span_is(report->kind, "segv") && is_recursion(report))
		report->kind = SPAN("stack-overflow");
	if (ends_itself(report) &&
	    stack_has(report, check_functions, COUNT(check_functions)) &&
	    apply_check(context, report, true))
		return;
	if (is_fatal(report))
		apply_check(context, report, true);
	if (!is_abort(report))
		return;
	cut_log_handler(report);
	for (size_t i = 0; i < COUNT(reasons); i++)
		if (stack_has(report, reasons[i].names, reasons[i].count)) {
			report->kind = span_text(reasons[i].kind);
			apply_line(report, reasons[i].context,
			    context->line[reasons[i].context]);
			return;
		}
	apply_near(context, report);
}

void
report_known_kind(struct report *report, const char *kind)
{
	if (strcmp(kind, "timeout") == 0 && is_abort(report))
		report->kind = SPAN("timeout");
}

bool
report_of_kind(struct report *report, const char *kind)
{
	if (strcmp(kind, "timeout") != 0)
		return false;
	report_clear(report);
	report->sanitizer = "";
	report->kind = SPAN("timeout");
	return true;
}
