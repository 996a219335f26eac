#include "severity.h"

#include <signal.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* An address below this is a null pointer plus a member's offset. */
#define NEAR_NULL 65536

static const char *const names[] = {"LOW", "MEDIUM", "HIGH", "CRITICAL"};

/* clang-format off */
static const struct row {
	const char *kind;
	enum access access; /* ACCESS_UNKNOWN: any */
	struct severity severity;
} rows[] = {
	{"heap-use-after-free", ACCESS_WRITE,
	    {RATING_CRITICAL, "heap-use-after-free WRITE"}},
	{"stack-use-after-return", ACCESS_WRITE,
	    {RATING_CRITICAL, "stack-use-after-return WRITE"}},
	{"stack-use-after-scope", ACCESS_WRITE,
	    {RATING_CRITICAL, "stack-use-after-scope WRITE"}},
	{"stack-buffer-overflow", ACCESS_WRITE,
	    {RATING_CRITICAL, "stack-buffer-overflow WRITE"}},
	{"stack-buffer-underflow", ACCESS_WRITE,
	    {RATING_CRITICAL, "stack-buffer-underflow WRITE"}},
	{"double-free", ACCESS_UNKNOWN, {RATING_CRITICAL, "double-free"}},
	{"bad-cast-call", ACCESS_UNKNOWN,
	    {RATING_CRITICAL, "bad cast on a call"}},
	{"heap-use-after-free", ACCESS_UNKNOWN,
	    {RATING_HIGH, "heap-use-after-free READ"}},
	{"use-after-poison", ACCESS_UNKNOWN,
	    {RATING_HIGH, "use-after-poison"}},
	{"bad-free", ACCESS_UNKNOWN, {RATING_HIGH, "bad-free"}},
	{"negative-size-param", ACCESS_UNKNOWN,
	    {RATING_HIGH, "negative-size-param"}},
	{"cfi-bad-type", ACCESS_UNKNOWN, {RATING_HIGH, "CFI"}},
	{"bad-cast", ACCESS_UNKNOWN, {RATING_HIGH, "bad cast"}},
	{"stack-smashing", ACCESS_UNKNOWN, {RATING_HIGH, "stack smashing"}},
	{"heap-corruption", ACCESS_UNKNOWN,
	    {RATING_HIGH, "glibc heap abort"}},
	{"tag-mismatch", ACCESS_WRITE,
	    {RATING_HIGH, "HWASan tag mismatch WRITE"}},
	{"tag-mismatch", ACCESS_UNKNOWN,
	    {RATING_MEDIUM, "HWASan tag mismatch READ"}},
	{"invalid-free", ACCESS_UNKNOWN, {RATING_HIGH, "bad-free"}},
	{"allocation-tail-overwritten", ACCESS_UNKNOWN,
	    {RATING_HIGH, "overflow WRITE"}},
	{"race-on-freed-memory", ACCESS_UNKNOWN,
	    {RATING_HIGH, "race on freed memory"}},
	{"use-of-uninitialized-value", ACCESS_UNKNOWN,
	    {RATING_MEDIUM, "uninitialised value"}},
	{"index-out-of-bounds", ACCESS_UNKNOWN,
	    {RATING_MEDIUM, "index-out-of-bounds"}},
	{"object-size", ACCESS_UNKNOWN, {RATING_MEDIUM, "object-size"}},
	{"incorrect-function-pointer-type", ACCESS_UNKNOWN,
	    {RATING_MEDIUM, "function-pointer type"}},
	{"vla-bound", ACCESS_UNKNOWN, {RATING_MEDIUM, "vla bound"}},
	{"alloc-dealloc-mismatch", ACCESS_UNKNOWN,
	    {RATING_MEDIUM, "alloc-dealloc mismatch"}},
	{"new-delete-type-mismatch", ACCESS_UNKNOWN,
	    {RATING_MEDIUM, "new-delete mismatch"}},
	{"stack-use-after-scope", ACCESS_UNKNOWN,
	    {RATING_MEDIUM, "use-after-scope READ"}},
	{"stack-use-after-return", ACCESS_UNKNOWN,
	    {RATING_MEDIUM, "use-after-return READ"}},
	{"data-race", ACCESS_UNKNOWN, {RATING_MEDIUM, "data race"}},
	{"data-race-on-vptr", ACCESS_UNKNOWN, {RATING_MEDIUM, "data race"}},
	{"bad-malloc-usable-size", ACCESS_UNKNOWN,
	    {RATING_MEDIUM, "size asked of memory that is not allocated"}},
	{"stack-overflow", ACCESS_UNKNOWN,
	    {RATING_LOW, "stack exhaustion"}},
	{"fpe", ACCESS_UNKNOWN, {RATING_LOW, "FPE"}},
	{"abrt", ACCESS_UNKNOWN, {RATING_LOW, "abort"}},
	{"fatal-error", ACCESS_UNKNOWN, {RATING_LOW, "abort"}},
	{"deadlock", ACCESS_UNKNOWN, {RATING_LOW, "abort"}},
	{"deadly-signal", ACCESS_UNKNOWN,
	    {RATING_LOW, "a signal of unknown cause"}},
	{"assertion", ACCESS_UNKNOWN, {RATING_LOW, "assertion"}},
	{"uncaught-exception", ACCESS_UNKNOWN,
	    {RATING_LOW, "uncaught exception"}},
	{"panic", ACCESS_UNKNOWN, {RATING_LOW, "panic"}},
	{"leak", ACCESS_UNKNOWN, {RATING_LOW, "leak"}},
	{"out-of-memory", ACCESS_UNKNOWN, {RATING_LOW, "out of memory"}},
	{"allocation-size-too-big", ACCESS_UNKNOWN,
	    {RATING_LOW, "out of memory"}},
	{"calloc-overflow", ACCESS_UNKNOWN, {RATING_LOW, "out of memory"}},
	{"timeout", ACCESS_UNKNOWN, {RATING_LOW, "timeout"}},
	{"lock-order-inversion", ACCESS_UNKNOWN, {RATING_LOW, "lock order"}},
	{"trap", ACCESS_UNKNOWN, {RATING_LOW, "trap"}},
	{"fuzz-target-exited", ACCESS_UNKNOWN, {RATING_LOW, "exit"}},
	{"overwrites-const-input", ACCESS_UNKNOWN,
	    {RATING_LOW, "the target overwrites its input"}},
};
/* clang-format on */

const char *
severity_name(enum rating rating)
{
	return names[rating];
}

bool
severity_parse(const char *text, enum rating *rating)
{
	for (unsigned i = 0; i < COUNT(names); i++)
		if (strcmp(text, names[i]) == 0) {
			*rating = (enum rating)i;
			return true;
		}
	return false;
}

/* What the fuzzer itself said of it. */
static bool
rate_stated(const struct report *report, struct severity *s)
{
	static const char *const words[] = {
	    "Low", "Medium", "High", "Critical"};
	static const char *const whys[] = {"FuzzerSecurityIssueLow",
	    "FuzzerSecurityIssueMedium", "FuzzerSecurityIssueHigh",
	    "FuzzerSecurityIssueCritical"};

	for (unsigned i = 0; i < COUNT(words); i++)
		if (span_starts(report->stated, words[i])) {
			*s = (struct severity){(enum rating)i, whys[i]};
			return true;
		}
	return false;
}

bool
severity_near_null(const struct report *report)
{
	return report->has_address && report->address < NEAR_NULL;
}

/* A fault: SEGV, BUS, ILL, or an access violation. */
static struct severity
rate_fault(const struct report *report)
{
	bool null = severity_near_null(report);

	if (report->has_pc && report->pc < NEAR_NULL)
		return (struct severity){RATING_HIGH, "pc in the zero page"};
	if (report->has_pc && report->has_address && !null &&
	    report->pc == report->address && !span_is(report->kind, "ill"))
		return (struct severity){
		    RATING_CRITICAL, "pc equal to the fault address"};
	if (span_is(report->kind, "ill"))
		return (struct severity){RATING_LOW, "trap"};
	if (report->branches)
		return null
		    ? (struct severity){RATING_MEDIUM, "near-null call"}
		    : (struct severity){RATING_CRITICAL,
			  "ret, call or jump that faults away from null"};
	if (null)
		return report->access == ACCESS_WRITE
		    ? (struct severity){RATING_MEDIUM, "near-null WRITE"}
		    : (struct severity){RATING_LOW, "near-null READ"};
	if (report->access == ACCESS_WRITE)
		return (struct severity){RATING_HIGH, "wild SEGV WRITE"};
	if (report->access == ACCESS_READ)
		return (struct severity){RATING_MEDIUM, "wild SEGV READ"};
	return (struct severity){
	    RATING_MEDIUM, "SEGV of an unknown access, taken for a wild READ"};
}

/* Is frame 0 a function that writes as much as it is told? */
static bool
is_variable(const struct report *report)
{
	static const char *const words[] = {"mem", "str", "wcs", "wmem", "read",
	    "recv", "printf", "fread", "gets", "scanf", "bcopy", "bzero"};
	const struct stack *crash = report_stack(report, STACK_CRASH);
	struct span name;

	if (!report->has_access_bytes)
		return true;
	if (crash == NULL || crash->count == 0)
		return false;
	name = report->frames[crash->first].function;
	if (!span_starts(name, "__") && report->frames[crash->first].file.len)
		return false;
	for (size_t i = 0; i < COUNT(words); i++)
		if (span_has(name, words[i]))
			return true;
	return false;
}

static bool
is_region(struct span kind)
{
	return span_ends(kind, "-overflow") || span_ends(kind, "-underflow") ||
	    span_is(kind, "unknown-crash") ||
	    span_is(kind, "intra-object-overflow");
}

static bool
is_overflow(const struct report *report)
{
	struct span kind = report->kind;

	return is_region(kind) && !span_is(kind, "stack-overflow") &&
	    !span_is(kind, "calloc-overflow") &&
	    report->access != ACCESS_UNKNOWN;
}

static struct severity
rate_overflow(const struct report *report)
{
	if (span_is(report->kind, "unknown-crash") &&
	    severity_near_null(report))
		return rate_fault(report);
	if (report->access != ACCESS_WRITE)
		return (struct severity){RATING_MEDIUM, "READ overflow"};
	if (span_starts(report->kind, "heap-buffer-") &&
	    (report->access_bytes > 16 || is_variable(report)))
		return (struct severity){RATING_CRITICAL,
		    "heap-buffer-overflow WRITE larger than 16 bytes or of "
		    "variable size"};
	return (struct severity){RATING_HIGH, "overflow WRITE"};
}

static bool
rate_row(const struct report *report, struct severity *s)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (span_is(report->kind, rows[i].kind) &&
		    (rows[i].access == ACCESS_UNKNOWN ||
			rows[i].access == report->access)) {
			*s = rows[i].severity;
			return true;
		}
	return false;
}

struct severity
severity_rate(const struct report *report)
{
	struct severity s = {
	    RATING_LOW, "a kind that no rule knows, taken for an abort"};
	struct span kind = report->kind;

	if (rate_stated(report, &s))
		return s;
	if (span_is(kind, "segv") || span_is(kind, "bus") ||
	    span_is(kind, "ill"))
		return rate_fault(report);
	if (rate_row(report, &s))
		return s;
	if (span_ends(kind, "-param-overlap"))
		return (struct severity){RATING_HIGH, "param-overlap"};
	if (is_overflow(report))
		return rate_overflow(report);
	if (strcmp(report->sanitizer, "UndefinedBehaviorSanitizer") == 0)
		return (struct severity){RATING_LOW, "other UBSan"};
	return s;
}

/* TSan's own findings; its errors are those of every allocator. */
static bool
is_thread_warning(const struct report *report)
{
	return strcmp(report->sanitizer, "ThreadSanitizer") == 0 &&
	    span_has(report->error_line, "WARNING: ");
}

enum crash_class
severity_class(const struct report *report)
{
	struct span kind = report->kind;

	if (span_is(kind, "leak"))
		return CLASS_LEAK;
	if (span_is(kind, "out-of-memory"))
		return CLASS_MEMORY;
	if (span_is(kind, "timeout"))
		return CLASS_TIMEOUT;
	if (span_is(kind, "assertion"))
		return CLASS_ASSERTION;
	/* Whichever runtime caught it: UBSan's and TSan's do that, too. */
	if (report->signal != 0 || span_is(kind, "stack-overflow"))
		return CLASS_CRASH;
	if (is_thread_warning(report) || span_is(kind, "data-race"))
		return CLASS_RACE;
	if (strcmp(report->sanitizer, "UndefinedBehaviorSanitizer") == 0)
		return CLASS_UNDEFINED;
	return CLASS_CRASH;
}

const char *severity_class_name(enum crash_class class)
{
	static const char *const class_names[] = {"crash", "leak",
	    "out-of-memory", "timeout", "race", "undefined", "assertion"};

	return class_names[class];
}

bool
severity_is_free_error(const struct report *report)
{
	static const char *const kinds[] = {"double-free", "bad-free",
	    "alloc-dealloc-mismatch", "new-delete-type-mismatch",
	    "invalid-free"};

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (span_is(report->kind, kinds[i]))
			return true;
	return false;
}

bool
severity_is_interceptor_error(const struct report *report)
{
	return span_ends(report->kind, "-param-overlap") ||
	    span_is(report->kind, "negative-size-param") ||
	    span_is(report->kind, "allocation-size-too-big") ||
	    span_is(report->kind, "calloc-overflow") ||
	    span_is(report->kind, "out-of-memory") ||
	    span_is(report->kind, "leak");
}
