/* What ClusterFuzz calls a crash: clusterfuzz.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those four. */
#include <cmocka.h>
#include <string.h>

#include "libcrash/clusterfuzz.h"

#define ASAN "==1==ERROR: AddressSanitizer: "
#define ON " on address 0x602000000010 at pc 0x55 bp 0x7f sp 0x7f\n"
#define SEGV(address) ASAN "SEGV on unknown address " address " (pc 0x55)\n"
#define BY(access) "==1==The signal is caused by a " access " memory access.\n"
#define STACK                                                                 \
	"    #0 0x1 in int ns::take<int>(int) /a/b.cc:9:1\n"                  \
	"    #1 0x2 in ns::(anonymous namespace)::Op::operator()(int) const " \
	"/a/b.cc:19:1\n    #2 0x3 in LLVMFuzzerTestOneInput /a/fuzz.cc:3:1\n"
#define LINES "int ns::take<int>\nns::Op::operator()\nfuzz.cc"
#define UBSAN "a.cc:1:2: runtime error: "
#define ABORT ASAN "ABRT on unknown address 0x1 (pc 0x7f)\n"

/* clang-format off */
static const struct {
	const char *text, *type, *state;
} cases[] = {
	{ASAN "heap-buffer-overflow" ON "READ of size 8 at 0x6 thread T0\n"
	    STACK, "Heap-buffer-overflow\nREAD 8", LINES},
	{ASAN "stack-use-after-return" ON "WRITE of size 329 at 0x6\n" STACK,
	    "Stack-use-after-return\nWRITE {*}", LINES},
	{ASAN "attempting double-free on 0x6 in thread T0:\n" STACK,
	    "Heap-double-free", LINES},
	{ASAN "attempting free on address which was not malloc()-ed: 0x6\n"
	    STACK, "Invalid-free", LINES},
	{ASAN "stack-overflow on address 0x7ffe (pc 0x55 T0)\n" STACK,
	    "Stack-overflow", LINES},
	{SEGV("0x000000000018") STACK, "Null-dereference", LINES},
	{SEGV("0x000000000018") BY("WRITE") STACK, "Null-dereference WRITE",
	    LINES},
	{SEGV("0x7f0000000018") BY("READ") STACK, "UNKNOWN READ", LINES},
	{SEGV("0x7f0000000018") STACK, "UNKNOWN", LINES},
	{ASAN "FPE on unknown address 0x55 (pc 0x55)\n" STACK,
	    "Floating-point-exception", LINES},
	{ABORT STACK, "Abrt", LINES},
	{"==1== ERROR: libFuzzer: deadly signal\n", "Fatal-signal", "target"},
	{"==1== ERROR: libFuzzer: timeout after 2 seconds\n" STACK, "Timeout",
	    "target"},
	{"==1== ERROR: libFuzzer: out-of-memory (used: 4Mb; limit: 3Mb)\n"
	    STACK, "Out-of-memory", "target"},
	{"==1== ERROR: libFuzzer: fuzz target exited\n", "Unexpected-exit",
	    "target"},
	{"==1==WARNING: MemorySanitizer: use-of-uninitialized-value\n" STACK,
	    "Use-of-uninitialized-value", LINES},
	{"WARNING: ThreadSanitizer: data race (pid=1)\n  Write of size 4 at "
	    "0x7 by main thread:\n" STACK, "Data race", LINES},
	{"==1==ERROR: LeakSanitizer: detected memory leaks\n\nDirect leak of "
	    "9 byte(s) in 1 object(s) allocated from:\n" STACK, "Direct-leak",
	    LINES},
	{"==1==ERROR: LeakSanitizer: detected memory leaks\n\nIndirect leak "
	    "of 9 byte(s) in 1 object(s) allocated from:\n" STACK,
	    "Indirect-leak", LINES},
	{"==1==ERROR: HWAddressSanitizer: tag-mismatch" ON
	    "READ of size 1 at 0x6 tags: 3c/00 (ptr/mem) in thread T0\n" STACK,
	    "Tag-mismatch\nREAD 1", LINES},
	{UBSAN "signed integer overflow: 1 + 2\n" STACK, "Integer-overflow",
	    LINES},
	{UBSAN "shift exponent 99 is too large\n" STACK, "Undefined-shift",
	    LINES},
	{UBSAN "load of null pointer of type 'int'\n" STACK,
	    "Null-dereference READ", LINES},
	{UBSAN "nobody has seen this\n" STACK, "UNKNOWN", LINES},
	{UBSAN "control flow integrity check for type 'B' failed during cast "
	    "to unrelated type (vtable address 0x42)\n0x42: note: vtable is "
	    "of type 'A'\n", "Bad-cast", "Bad-cast to B from A"},
	{UBSAN "control flow integrity check for type 'B' failed during cast "
	    "to unrelated type (vtable address 0x42)\n0x42: note: invalid "
	    "vtable\n", "Bad-cast", "Bad-cast to B from invalid vptr"},
	{"F0812 21:22:15.1 61 file.cc:89] Check failed: n == 2 (1 vs. 2)\n"
	    ABORT STACK, "CHECK failure",
	    "n == 2 in file.cc\nint ns::take<int>\nns::Op::operator()"},
	{"[1:2:FATAL:file.cc(89)] Security DCHECK failed: ok\n" ABORT STACK,
	    "Security DCHECK failure",
	    "ok\nint ns::take<int>\nns::Op::operator()"},
	{"F0812 21:22:15.1 61 file.h:89] No way.\n" ABORT STACK,
	    "Fatal error",
	    "No way in file.h\nint ns::take<int>\nns::Op::operator()"},
	{"p: b.c:9: f: Assertion `n > 1' failed.\n", "ASSERT", "n > 1"},
	{"===BUG DETECTED: Arbitrary domain name resolution===\n"
	    "==1== ERROR: libFuzzer: deadly signal\n" STACK,
	    "Arbitrary DNS resolution", LINES},
	{"panic: runtime error: slice bounds out of range [9:1]\n\n"
	    "goroutine 1 [running]:\na.org/x/y.(*T).read(0x1)\n\t/y/t.go:5\n",
	    "Slice bounds out of range", "y.(*T).read"},
	{"panic: no\n\ngoroutine 1 [running]:\na.org/x/y.(*T).read(0x1)\n"
	    "\t/y/t.go:5\n", "ASSERT", "no\ny.(*T).read"},
	{"thread 'x' panicked at 'no', a.rs:1:2\n", "ASSERT", "no"},
	{"== Java Exception: com.code_intelligence.jazzer.api."
	    "FuzzerSecurityIssueHigh: LDAP\n\tat a.B.c(B.java:3)\n",
	    "Security exception", "a.B.c"},
	{"Exception in thread \"main\" a.E: no\n\tat a.B.c(B.java:3)\n",
	    "Uncaught exception", "a.B.c"},
};
/* clang-format on */

static void
test_names(void **state)
{
	struct rules *rules = rules_default();
	struct buf type = BUF_INIT, lines = BUF_INIT;
	struct fingerprint f;
	struct report report;

	(void)state;
	report_init(&report);
	fingerprint_init(&f);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *text = cases[i].text;

		if (!report_read(&report, text, strlen(text)))
			fail_msg("no report: %s", text);
		fingerprint_make(&f, &report, rules, "target", NULL);
		buf_clear(&type);
		buf_clear(&lines);
		clusterfuzz_type(&type, &report);
		clusterfuzz_state(&lines, &report, &f, "target");
		if (strcmp(lines.data, cases[i].state) != 0 ||
		    strcmp(type.data, cases[i].type) != 0)
			fail_msg("%s, %s of: %s", type.data, lines.data, text);
	}
	buf_release(&type);
	buf_release(&lines);
	fingerprint_release(&f);
	report_release(&report);
	rules_free(rules);
}

/* A line is at most 80 bytes, and a state three lines. */
static void
test_bounds(void **state)
{
	struct rules *rules = rules_default();
	struct buf text = BUF_INIT, lines = BUF_INIT;
	struct fingerprint f;
	struct report report;

	(void)state;
	report_init(&report);
	fingerprint_init(&f);
	buf_add_str(&text, SEGV("0x0"));
	for (int i = 0; i < 5; i++)
		buf_addf(&text, "#%d 0x1 in %0200d\x01 /a.c:1\n", i, i);
	assert_true(report_read(&report, text.data, text.len));
	fingerprint_make(&f, &report, rules, NULL, NULL);
	clusterfuzz_state(&lines, &report, &f, NULL);
	assert_int_equal(lines.len, 3 * 80 + 2);
	buf_release(&text);
	buf_release(&lines);
	fingerprint_release(&f);
	report_release(&report);
	rules_free(rules);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
