/*
 * What languages, loggers and fuzzers print, by their own sources: parsers of
 * trace.h. Formats of which there are recorded traces are not repeated here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those four. */
#include <cmocka.h>
#include <string.h>

#include "libcrash/fingerprint.h"

#define ABORT                                                            \
	"==1==ERROR: AddressSanitizer: ABRT on unknown address 0x1 (pc " \
	"0x7f)\n"                                                        \
	"    #0 0x1 in raise (/lib/libc.so.6+0x1)\n    #1 0x2 in abort " \
	"(/lib/libc.so.6+0x2)\n"
#define SIGNAL "==1== ERROR: libFuzzer: deadly signal\n"
#define AT_STEP "    #2 0x3 in step /a/b.cc:9:1\n"

/* clang-format off */
static const struct {
	const char *text;
	const char *sanitizer, *kind, *expression, *site;
} cases[] = {
	/* Rust before 1.73, with a message of two lines. */
	{"thread '<unnamed>' panicked at 'no: a\nb', src/lib.rs:7:5\n"
	    "note: run with `RUST_BACKTRACE=1`\n",
	    "Rust", "panic", "no: a", "lib.rs:7"},
	{"thread 'main' panicked at src/lib.rs:7:5:\nno way\n" ABORT
	    "    #2 0x3 in std::panicking::begin_panic::h0011223344556677 "
	    "/rustc/x/library/std/src/panicking.rs:3\n" AT_STEP,
	    "AddressSanitizer", "panic", "no way", "step b.cc:9"},
	{"memory allocation of 99 bytes failed" ABORT
	    "    #2 0x3 in rust_oom /rustc/x/library/std/src/alloc.rs:3\n"
	    AT_STEP, "AddressSanitizer", "out-of-memory", "", "step b.cc:9"},
	/* Full backtraces have addresses. */
	{"thread 'main' panicked at a.rs:3:1:\nx\nstack backtrace:\n"
	    "   0:     0x55d0 - core::panicking::panic\n"
	    "  11:     0x55d1 - <a::B as c::D>::e::h0011223344556677\n"
	    "                               at /s/a.rs:3:1\n",
	    "Rust", "panic", "x", "a::B::e a.rs:3"},
	/* jazzer */
	{"== Java Exception: com.code_intelligence.jazzer.api."
	    "FuzzerSecurityIssueLow: Stack overflow (use '-Xss921k')\n"
	    "Caused by: java.lang.StackOverflowError\n"
	    "\tat java.base/java.util.regex.Pattern.a(Pattern.java:5)\n"
	    "\tat com.example.Json.parse(Json.java:12)\n"
	    "DEDUP_TOKEN: 0011\n== libFuzzer crashing input ==\n",
	    "Java", "stack-overflow", "java.lang.StackOverflowError",
	    "com.example.Json.parse Json.java:12"},
	{"== Java Exception: java.lang.IllegalStateException: no\n"
	    "\tat app//com.example.A$$Lambda$1/0x00.run(Unknown Source)\n"
	    "\tat com.example.A.work(A.java:3)\n"
	    "\tat com.example.F.fuzzerTestOneInput(F.java:9)\n" SIGNAL,
	    "Java", "uncaught-exception", "java.lang.IllegalStateException: no",
	    "com.example.A.work A.java:3"},
	/* atheris says the message first. */
	{"\n === Uncaught Python exception: ===\nValueError: bad\n"
	    "Traceback (most recent call last):\n"
	    "  File \"/f/fuzz.py\", line 9, in TestOneInput\n    g(data)\n"
	    "  File \"/f/lib.py\", line 4, in decode_row\n    raise E\n\n"
	    "==5== ERROR: libFuzzer: fuzz target exited\n"
	    "SUMMARY: libFuzzer: fuzz target exited\n",
	    "Python", "uncaught-exception", "ValueError: bad",
	    "decode_row lib.py:4"},
	/* glibc, alone */
	{"prog: a/b.c:12: int f(int): Assertion `n > 1' failed.\n",
	    "libc", "assertion", "n > 1", "f b.c:12"},
	{"prog: b.c:12: f: Assertion `a && \"b: `c'\"' failed.\n",
	    "libc", "assertion", "a && \"b: `c'\"", "f b.c:12"},
	{"free(): invalid pointer\n", "libc", "heap-corruption", "", ""},
	{"*** stack smashing detected ***: terminated\n",
	    "libc", "stack-smashing", "", ""},
	/* libc++ */
	{"/v1/vector:559: assertion !empty() failed: front() of nothing\n"
	    ABORT "    #2 0x1 in std::__1::__libcpp_verbose_abort(char const*)"
	    " /v1/a.cpp:1\n" AT_STEP, "AddressSanitizer", "assertion",
	    "front() of nothing", "step b.cc:9"},
	/* C's name of the type; C++'s is bool. */
	{"b.c:9:2: runtime error: load of value 2, which is not a valid value "
	    "for type '_Bool'\n", "UndefinedBehaviorSanitizer",
	    "invalid-bool-value", "", "b.c:9"},
	/* V8 and Chromium */
	{"#\n# Fatal error in ../src/vector.h, line 24\n"
	    "# Check failed: (a) == 0 (3 vs. 0).\n#\n", "check", "assertion",
	    "(a) == 0", "vector.h:24"},
	{"[1:2:0101/1.2:FATAL:url.cc(9)] DCHECK failed: ok. \n" ABORT AT_STEP,
	    "AddressSanitizer", "assertion", "ok.", "step b.cc:9"},
	{"Received signal 11 SEGV_MAPERR 0000000000f0\n"
	    "#0 0x55 base::debug::CollectStackTrace()\n"
	    "#1 0x56 ns::paint()\n[end of stack trace]\n",
	    "Chromium", "segv", "", "ns::paint"},
	{"Received signal 4 ILL_ILLOPN 7fdf\n"
	    "CFI: Most likely a control flow integrity violation\n"
	    "#0 0x55 in ns::paint() /a/p.cc:3\n",
	    "Chromium", "cfi-bad-type", "", "ns::paint p.cc:3"},
	/* centipede ends its target itself. */
	{"LOG: ========= Per-input timeout exceeded: 26 > 25 (sec); exiting\n"
	    ABORT AT_STEP, "AddressSanitizer", "timeout", "", "step b.cc:9"},
	{"========= RSS limit exceeded: 5 > 4 (Mb); exiting\n" ABORT AT_STEP,
	    "AddressSanitizer", "out-of-memory", "", "step b.cc:9"},
	{"CRASH LOG: ==3==ERROR: AddressSanitizer: heap-use-after-free on "
	    "address 0x6 at pc 0x5\nCRASH LOG: READ of size 4 at 0x6\n"
	    "CRASH LOG:     #0 0x5 in step /a/b.cc:9:1\n",
	    "AddressSanitizer", "heap-use-after-free", "", "step b.cc:9"},
	/* A callback of glib's logger stands above it. */
	{"CRITICAL ERROR : tag_add: assertion 'tag != NULL' failed\n" ABORT
	    "    #2 0x1 in custom_logger /a/main.c:3:1\n"
	    "    #3 0x1 in g_logv (/lib/libglib-2.0.so.0+0x1)\n"
	    "    #4 0x1 in g_log (/lib/libglib-2.0.so.0+0x2)\n" AT_STEP,
	    "AddressSanitizer", "assertion", "tag != NULL", "step b.cc:9"},
	/* Go, pasted from a page: an em space for the tab. */
	{"panic: no [recovered]\n\tpanic: no\n\ngoroutine 1 [running]:\n"
	    "panic({0x1, 0x2})\n\xe2\x80\x83runtime/panic.go:9 +0x1\n"
	    "a.org/x/y.(*T).read({0x1, {0x2}}, 0x3)\n"
	    "\xe2\x80\x83" "a.org/x/y/t.go:5 +0x7\nexit status 2\n",
	    "Go", "panic", "no", "a.org/x/y.(*T).read t.go:5"},
	/* Other allocators' words are those of all sanitizers. */
	{"==1==ERROR: HWAddressSanitizer: invalid-free on address 0x6 at pc "
	    "0x5 on thread T0\n    #0 0x1 in step /a/b.cc:9:1\n",
	    "HWAddressSanitizer", "invalid-free", "", "step b.cc:9"},
	{"==1==ERROR: HWAddressSanitizer: allocation-tail-overwritten; heap "
	    "object [0x1,0x2) of size 20\n    #0 0x1 in step /a/b.cc:9:1\n",
	    "HWAddressSanitizer", "allocation-tail-overwritten", "",
	    "step b.cc:9"},
	{"==1==ERROR: MemorySanitizer: requested allocation size 0x9 exceeds "
	    "maximum\n    #0 0x1 in step /a/b.cc:9:1\n",
	    "MemorySanitizer", "allocation-size-too-big", "", "step b.cc:9"},
	/* The heap's profile is not where the memory went over. */
	{"==1== ERROR: libFuzzer: out-of-memory (used: 31Mb; limit: 30Mb)\n\n"
	    "Live Heap Allocations: 9 bytes from 1 allocation\n"
	    "9 byte(s) (99%) in 1 allocation(s)\n"
	    "    #0 0x1 in step /a/b.cc:9:1\n",
	    "libFuzzer", "out-of-memory", "", "out-of-memory: t"},
};
/* clang-format on */

static void
test_formats(void **state)
{
	struct rules *rules = rules_default();
	struct fingerprint f;
	struct report report;

	(void)state;
	report_init(&report);
	fingerprint_init(&f);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *text = cases[i].text;

		if (!report_read(&report, text, strlen(text)))
			fail_msg("no report: %s", text);
		fingerprint_make(&f, &report, rules, "t", NULL);
		if (strcmp(report.sanitizer, cases[i].sanitizer) != 0 ||
		    !span_is(report.kind, cases[i].kind) ||
		    !span_is(report.expression, cases[i].expression) ||
		    strcmp(f.site.data, cases[i].site) != 0)
			fail_msg("%s, %.*s, %.*s, %s of: %s", report.sanitizer,
			    (int)report.kind.len, report.kind.at,
			    (int)report.expression.len, report.expression.at,
			    f.site.data, text);
	}
	fingerprint_release(&f);
	report_release(&report);
	rules_free(rules);
}

/* What only mentions such words. */
static void
test_no_reports(void **state)
{
	static const char *const texts[] = {
	    "panic: at the disco\nfatal error: none\n",
	    "thread 'main' panicked at the sight of it\n",
	    "Traceback (most recent call last):\nand no frame\n",
	    "the assertion `x' failed to convince\n",
	    "we received signal strength 11\nReceived signal lost\n",
	    "Exception in thread \"main\" was caught\n",
	    "LOG: memory allocation of 9 bytes\n",
	};
	struct report report;

	(void)state;
	report_init(&report);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (report_read(&report, texts[i], strlen(texts[i])))
			fail_msg("%s: %s", report.sanitizer, texts[i]);
	report_release(&report);
}

/* A caught and logged panic is not why a heap overflow happened. */
static void
test_logged_is_not_told(void **state)
{
	static const char text[] =
	    "panic: no\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/a.go:3\n\n"
	    "==1==ERROR: AddressSanitizer: heap-buffer-overflow on address "
	    "0x1 at pc 0x2\nREAD of size 1 at 0x1\n" AT_STEP;
	struct report report;

	(void)state;
	report_init(&report);
	assert_true(report_read(&report, text, sizeof text - 1));
	assert_string_equal(report.sanitizer, "AddressSanitizer");
	report_release(&report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_formats),
	    cmocka_unit_test(test_no_reports),
	    cmocka_unit_test(test_logged_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
