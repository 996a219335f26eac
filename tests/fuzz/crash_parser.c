/*
 * Any bytes behind the line that a report begins with: the first byte says
 * whose, or the environment's FUZZ_PARSER, so that each parser is fuzzed by
 * itself. A reader that has read a thousand reports reads what a fresh one
 * does.
 */
#include <string.h>

#include "buf.h"
#include "harness.h"
#include "libcrash/clusterfuzz.h"
#include "libcrash/fingerprint.h"
#include "libcrash/severity.h"

static const char *const begins[] = {
    "==1==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000 "
    "at pc 0x55 bp 0x7f sp 0x7f\n",
    "==1==ERROR: AddressSanitizer: SEGV on unknown address 0x0 (pc 0x55 bp "
    "0x7f sp 0x7f T0)\n",
    "==1==ERROR: AddressSanitizer: ABRT on unknown address 0x1 (pc 0x55 bp "
    "0x7f sp 0x7f T0)\n",
    "==1==ERROR: LeakSanitizer: detected memory leaks\n",
    "==1==ERROR: HWAddressSanitizer: tag-mismatch on address 0x42 at pc 0x5\n",
    "==1==WARNING: MemorySanitizer: use-of-uninitialized-value\n",
    "WARNING: ThreadSanitizer: data race (pid=1)\n",
    "UndefinedBehaviorSanitizer:DEADLYSIGNAL\n"
    "==1==ERROR: UndefinedBehaviorSanitizer: SEGV on unknown address 0x0\n",
    "==1== ERROR: libFuzzer: deadly signal\n",
    "==1== ERROR: libFuzzer: timeout after 1 seconds\n",
    "Program received signal SIGSEGV, Segmentation fault.\n",
    "#0  f (a=1) at a.c:1\n",
    "[1:1:FATAL:file.cc(12)] Check failed: x. \n",
    "Received signal 11 SEGV_MAPERR 000000000000\n",
    "panic: runtime error: index out of range [5]\n\ngoroutine 1 [running]:\n",
    "fatal error: stack overflow\n\ngoroutine 1 [running]:\n",
    "WARNING: DATA RACE\n",
    "== Java Exception: java.lang.IllegalStateException: x\n",
    "Exception in thread \"main\" java.lang.StackOverflowError\n",
    "=== Uncaught Python exception: ===\nValueError: x\n",
    "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n",
    "thread 'main' panicked at src/main.rs:1:2:\n",
    "a.c:1:2: runtime error: signed integer overflow: 1 + 1 cannot be\n",
    "*** Check failure stack trace: ***\n",
    "F1121 02:00:00.000000 1 a.cc:1] Check failed: x \n"
    "*** Check failure stack trace: ***\n",
    "prog: a.c:1: f: Assertion `x' failed.\n",
    "free(): invalid pointer\n",
    "*** stack smashing detected ***: terminated\n",
};

#define BEGINS (sizeof begins / sizeof begins[0])

static struct rules *rules;
static struct report warm;
static struct fingerprint first, again;

static void
set_up(void)
{
	rules = rules_default();
	report_init(&warm);
	fingerprint_init(&first);
	fingerprint_init(&again);
}

static void
same_span(struct span a, struct span b)
{
	MUST(a.at == b.at && a.len == b.len);
}

static void
same_frame(const struct frame *a, const struct frame *b)
{
	same_span(a->function, b->function);
	same_span(a->file, b->file);
	same_span(a->module, b->module);
	same_span(a->build_id, b->build_id);
	MUST(a->line == b->line && a->column == b->column);
	MUST(a->has_pc == b->has_pc && a->pc == b->pc);
	MUST(a->has_offset == b->has_offset && a->offset == b->offset);
}

static void
same_report(const struct report *a, const struct report *b)
{
	MUST(strcmp(a->sanitizer, b->sanitizer) == 0);
	MUST(span_equal(a->kind, b->kind));
	MUST(a->stack_count == b->stack_count);
	MUST(a->frame_count == b->frame_count);
	for (size_t i = 0; i < a->frame_count; i++)
		same_frame(&a->frames[i], &b->frames[i]);
}

static void
look(const char *text, size_t size)
{
	struct buf words = BUF_INIT;
	struct report fresh;
	bool found;

	report_init(&fresh);
	found = report_read(&fresh, text, size);
	MUST(report_read(&warm, text, size) == found);
	if (found) {
		same_report(&fresh, &warm);
		fingerprint_make(&first, &fresh, rules, NULL, NULL);
		fingerprint_make(&again, &warm, rules, NULL, NULL);
		MUST(strcmp(first.group, again.group) == 0);
		MUST(strcmp(first.stack, again.stack) == 0);
		MUST(first.resolved == (first.group[0] != '\0'));
		MUST(severity_rate(&fresh).why[0] != '\0');
		clusterfuzz_type(&words, &fresh);
		clusterfuzz_state(&words, &fresh, &first, NULL);
		MUST(words.len > 0);
	}
	report_release(&fresh);
	buf_release(&words);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *chosen = getenv("FUZZ_PARSER");
	size_t which, begin;
	char *text;

	if (size == 0)
		return 0;
	if (rules == NULL)
		set_up();
	which = chosen != NULL ? strtoul(chosen, NULL, 10) : data[0];
	begin = strlen(begins[which % BEGINS]);
	text = malloc(begin + size - 1); /* to the byte: no NUL after it */
	memcpy(text, begins[which % BEGINS], begin);
	memcpy(text + begin, data + 1, size - 1);
	look(text, begin + size - 1);
	free(text);
	return 0;
}
