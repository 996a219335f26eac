/* Reports out of texts, whole, cut and hostile: trace.h, fingerprint.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those four. */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "libcrash/fingerprint.h"
#include "libcrash/tracetext.h"

static struct rules *rules;
static struct report report;
static struct fingerprint print;

static int
set_up(void **state)
{
	(void)state;
	rules = rules_default();
	report_init(&report);
	fingerprint_init(&print);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	rules_free(rules);
	report_release(&report);
	fingerprint_release(&print);
	return 0;
}

static const char *
site_of(const char *text)
{
	if (!report_read(&report, text, strlen(text)))
		return "no report";
	fingerprint_make(&print, &report, rules, "target", NULL);
	return print.site.data;
}

#define HEAD                                                             \
	"==1==ERROR: AddressSanitizer: heap-buffer-overflow on address " \
	"0x10 at pc 0x1 bp 0x2 sp 0x3\nREAD of size 1 at 0x10 thread T0\n"

static void
test_frames(void **state)
{
	struct frame f;

	(void)state;
	assert_true(frame_sanitizer(
	    &f, span_text("    #3 0x55 in a::b(int) const /x y/c.cc:12:7")));
	assert_true(span_is(f.function, "a::b(int) const"));
	assert_true(span_is(f.file, "/x y/c.cc"));
	assert_int_equal(f.line, 12);
	assert_int_equal(f.column, 7);
	assert_true(frame_sanitizer(
	    &f, span_text("#1 0x5  (/b/prog+0xe61) (BuildId: aa)")));
	assert_true(f.function.at == NULL);
	assert_true(span_is(f.module, "/b/prog"));
	assert_int_equal(f.offset, 0xe61);
	assert_true(frame_sanitizer(&f, span_text("#0 f /a.c:3:1 (prog+0x1)")));
	assert_true(span_is(f.file, "/a.c"));
	/* A runtime's own, that has only its file: was taken for the name. */
	assert_true(frame_sanitizer(
	    &f, span_text("#0 0x5 in __hwasan::CheckUnwind() hwasan.cpp.o")));
	assert_true(span_is(f.function, "__hwasan::CheckUnwind()"));
	assert_true(span_is(f.file, "hwasan.cpp.o"));
	assert_true(frame_sanitizer(
	    &f, span_text("#0 a::on(int, void*) rtl.cpp.o (prog+0x1)")));
	assert_true(span_is(f.function, "a::on(int, void*)"));
	assert_false(frame_sanitizer(&f, span_text("#12\tNEW cov: 1")));
	assert_true(frame_gdb(
	    &f, span_text("#1  0x5 in a::op (this=0x1, s=\"(\") at d/e.cc:4")));
	assert_true(span_is(f.function, "a::op"));
	assert_true(span_is(f.file, "d/e.cc"));
	assert_int_equal(f.line, 4);
}

static void
test_helper_takes_its_caller(void **state)
{
	(void)state;
	assert_string_equal(site_of(HEAD "#0 0x1 in get_u8 /a/b.c:3:4\n"
					 "#1 0x2 in parse_tag /a/b.c:9:1\n"),
	    "get_u8 b.c:3 < parse_tag b.c:9");
	assert_string_equal(site_of(HEAD "#0 0x1 in parse_tag /a/b.c:3:4\n"
					 "#1 0x2 in parse_all /a/b.c:9:1\n"),
	    "parse_tag b.c:3");
	assert_string_equal(site_of(HEAD "#0 0x1 in scan /a/b.hpp:3:4\n"
					 "#1 0x2 in parse_all /a/b.c:9:1\n"),
	    "scan b.hpp:3 < parse_all b.c:9");
}

/* Never one common nothing for all that crash in libc. */
static void
test_entry_is_kept_alone(void **state)
{
	(void)state;
	assert_string_equal(
	    site_of(HEAD "#0 0x1 in __asan_memcpy (/p+0x1)\n"
			 "#1 0x2 in LLVMFuzzerTestOneInput /a/f.cc:9:1\n"
			 "#2 0x3 in fuzzer::RunOneTest() (/p+0x2)\n"),
	    "LLVMFuzzerTestOneInput f.cc:9");
}

/* Addresses, paths, columns and template arguments are no part of it. */
static void
test_what_varies_is_left_out(void **state)
{
	char group[FINGERPRINT_TEXT];

	(void)state;
	site_of(HEAD "#0 0x1 in int walk<int>(int) /home/a/src/w.cc:3:4\n");
	memcpy(group, print.group, sizeof group);
	site_of("==77==ERROR: AddressSanitizer: heap-buffer-overflow on "
		"address 0x99 at pc 0x8 bp 0x2 sp 0x3\n"
		"WRITE of size 4 at 0x99 thread T7\n"
		"#0 0x9 in walk.isra.0 /other/w.cc:3:19\n");
	assert_string_equal(print.group, group);
}

static void
test_first_report_counts(void **state)
{
	(void)state;
	assert_string_equal(
	    site_of("a.c:5:6: runtime error: division by zero\n"
		    "    #0 0x1 in divide /a.c:5:6\n" HEAD
		    "#0 0x1 in parse_tag /a/b.c:3:4\nSUMMARY: x\n"
		    "==1==ERROR: AddressSanitizer: heap-use-after-free on "
		    "address 0x1\n#0 0x1 in late /a/b.c:9:9\n"),
	    "parse_tag b.c:3");
	assert_string_equal(site_of("a.c:5:6: runtime error: division by zero\n"
				    "    #0 0x1 in divide /a.c:5:6\n"),
	    "divide a.c:5");
}

/* A log line is not a report, and Go's runtime errors are not UBSan's. */
static void
test_what_only_looks_like_one(void **state)
{
	(void)state;
	assert_string_equal(
	    site_of("==1==WARNING: AddressSanitizer failed to allocate 0x1 "
		    "bytes\npanic: runtime error: index out of range\n"
		    "ERROR: AddressSanitizer is not supported\n"),
	    "no report");
}

static void
test_timeouts_are_by_target(void **state)
{
	char group[FINGERPRINT_TEXT];

	(void)state;
	site_of("==1== ERROR: libFuzzer: timeout after 2 seconds\n"
		"    #0 0x1 in spin /a.c:5:6\n");
	memcpy(group, print.group, sizeof group);
	site_of("==1== ERROR: libFuzzer: timeout after 2 seconds\n"
		"    #0 0x1 in other /a.c:9:9\n");
	assert_string_equal(print.group, group);
	assert_string_equal(print.key.data, "timeout: target");
}

/* Wherever the stack ran out, it is the same recursion. */
static void
test_recursion_is_rotated(void **state)
{
	static const char *const names[] = {"ab", "cd", "ef"};
	char group[FINGERPRINT_TEXT] = "";

	(void)state;
	for (int start = 0; start < 3; start++) {
		struct buf text = BUF_INIT;

		buf_add_str(&text,
		    "==1==ERROR: AddressSanitizer: "
		    "stack-overflow on address 0x7ff8 (pc 0x5)\n"
		    "#0 0x1 in check_depth /a/r.c:3:4\n");
		for (int i = 0; i < 90; i++)
			buf_addf(&text, "#%d 0x%x in %s /a/r.c:%d:1\n", i + 1,
			    i, names[(start + i) % 3], i % 7);
		assert_string_equal(
		    site_of(text.data), "ab r.c < cd r.c < ef r.c");
		if (start > 0)
			assert_string_equal(print.group, group);
		memcpy(group, print.group, sizeof group);
		buf_release(&text);
	}
}

/* UBSan's and TSan's runtimes tell of a full stack as ASan's does. */
static void
test_recursion_is_one_group_under_every_runtime(void **state)
{
	static const char *const runtimes[] = {"AddressSanitizer",
	    "UndefinedBehaviorSanitizer", "ThreadSanitizer", "MemorySanitizer",
	    "LeakSanitizer", "HWAddressSanitizer"};

	(void)state;
	for (size_t k = 0; k < sizeof runtimes / sizeof runtimes[0]; k++) {
		struct buf text = BUF_INIT;

		buf_addf(&text,
		    "==1==ERROR: %s: stack-overflow on address 0x7ff8 (pc "
		    "0x5)\n",
		    runtimes[k]);
		for (int i = 0; i < 90; i++)
			buf_addf(&text, "    #%d 0x5 in dig /a/r.c:3:4\n", i);
		assert_string_equal(site_of(text.data), "dig r.c");
		assert_string_equal(print.key.data, "dig r.c");
		buf_release(&text);
	}
}

/* What TSan's allocator refuses is no race. */
static void
test_errors_under_tsan_are_no_races(void **state)
{
	(void)state;
	assert_string_equal(
	    site_of("==1==ERROR: ThreadSanitizer: requested allocation size "
		    "0x9 exceeds maximum\n    #0 0x1 in step /a/b.c:9:1\n"),
	    "step b.c:9");
	assert_string_equal(print.key.data, "step b.c:9");
	assert_string_equal(
	    site_of("WARNING: ThreadSanitizer: data race (pid=1)\n"
		    "  Write of size 4 at 0x5 by thread T1:\n"
		    "    #0 step /a/b.c:9:1 (p+0x1)\n"),
	    "step b.c:9");
	assert_string_equal(print.key.data, "race: step b.c:9");
}

/* In si_addr of an abort is the pid, which made each run's another. */
static void
test_only_a_fault_has_an_address(void **state)
{
	static const char tail[] = "#0  0x5 in step (a=...) at /a/b.c:9\n"
				   "$1 = (void *) 0x5c05\n";
	struct buf text = BUF_INIT;

	(void)state;
	buf_addf(&text, "Program received signal SIGABRT, Aborted.\n%s", tail);
	assert_string_equal(site_of(text.data), "step b.c:9");
	assert_false(report.has_address);
	buf_clear(&text);
	buf_addf(&text, "Program received signal SIGSEGV, x.\n%s", tail);
	assert_string_equal(site_of(text.data), "step b.c:9");
	assert_true(report.has_address);
	buf_release(&text);
}

/* Four overloads of one name in a deep stack were taken for a recursion. */
static void
test_overloads_are_no_recursion(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	buf_add_str(&text, HEAD "#0 0x1 in top /a/t.c:3:4\n");
	for (int i = 0; i < 4; i++)
		buf_addf(&text, "#%d 0x%x in next /a/n.c:%d:1\n", i, i, i + 1);
	for (int i = 0; i < 70; i++)
		buf_addf(&text, "#%d 0x%x in f%d /a/f.c:1:1\n", i, i, i);
	assert_string_equal(site_of(text.data), "top t.c:3");
	buf_release(&text);
}

/* A logger's CHECK is an assertion, told by what it says. */
static void
test_check_failures_are_assertions(void **state)
{
	(void)state;
	assert_string_equal(
	    site_of("[1:2:FATAL:font.cc(9)] Check failed: width > 12 (0)\n"
		    "==1==ERROR: AddressSanitizer: ILL on unknown address 0x55 "
		    "(pc 0x55)\n"
		    "#0 0x1 in logging::LogMessage::~LogMessage() /l.cc:1:1\n"
		    "#1 0x1 in ns::measure(int) /a/b.cc:9:1\n"),
	    "ns::measure b.cc:9");
	assert_string_equal(
	    print.key.data, "assertion: width > N (N) in measure");
}

/* Exhausted memory with no frame but the fuzzer's has its program's name. */
static void
test_program_stands_in_for_the_target(void **state)
{
	static const char text[] =
	    "/b/ftp_fuzzer: Running 1 inputs 1 time(s) each.\n"
	    "==1== ERROR: libFuzzer: out-of-memory (used: 4Mb; limit: 3Mb)\n"
	    "#0 0x1 in malloc (/b/ftp_fuzzer+0x1)\n";

	(void)state;
	assert_true(report_read(&report, text, sizeof text - 1));
	fingerprint_make(&print, &report, rules, NULL, NULL);
	assert_true(print.resolved);
	assert_string_equal(print.site.data, "out-of-memory: ftp_fuzzer");
}

static void
test_assertions_are_told_apart(void **state)
{
	static const char tail[] =
	    "==1==ERROR: AddressSanitizer: ABRT on unknown address 0x1 (pc "
	    "0x2)\n#0 0x1 in abort (/lib/libc.so.6+0x1)\n"
	    "#1 0x1 in __assert_fail (/lib/libc.so.6+0x2)\n"
	    "#2 0x1 in check /a/b.c:9:1\n";
	struct buf text = BUF_INIT;

	(void)state;
	buf_addf(&text,
	    "p: /a/b.c:9: int check(int): Assertion `n > 12' "
	    "failed.\n%s",
	    tail);
	assert_string_equal(site_of(text.data), "check b.c:9");
	assert_string_equal(print.key.data, "assertion: n > N in check");
	buf_release(&text);
}

/* 31 programs: interceptors without a name merged what was not one bug. */
static void
test_unnamed_interceptors(void **state)
{
	(void)state;
	assert_string_equal(
	    site_of(HEAD "#0 0x1  (/b/p+0x10)\n#1 0x2  (/b/p+0x20)\n"),
	    "p+0x10");
	assert_string_equal(
	    site_of("==1==ERROR: AddressSanitizer: negative-size-param: "
		    "(size=-1)\n"
		    "#0 0x1  (/b/p+0x10)\n#1 0x2  (/b/p+0x20)\n"),
	    "p+0x20");
	assert_string_equal(
	    site_of("==1==ERROR: AddressSanitizer: attempting double-free on "
		    "0x1 in thread T0:\n"
		    "#0 0x1  (/b/p+0x10)\n#1 0x2  (/b/p+0x20)\n"
		    "#2 0x3  (/b/p+0x30)\n#3 0x4  (/b/p+0x40)\n"),
	    "p+0x20 < p+0x30 < p+0x40");
}

static void
test_hostile(void **state)
{
	static const char bytes[] = HEAD "#0 0x1 in a\0b \xff/\xfe.c:3:4\n";
	struct buf text = BUF_INIT;

	(void)state;
	buf_add_str(&text, HEAD);
	for (int i = 0; i < 10000; i++)
		buf_addf(&text, "#%d 0x%x in f%d /a/b.c:%d\n", i, i, i, i + 1);
	assert_string_equal(site_of(text.data), "f0 b.c:1");
	buf_clear(&text);
	buf_add_str(&text, HEAD "#0 0x1 in ");
	for (int i = 0; i < 1024 * 1024; i++)
		buf_add_char(&text, "a(<:"[i % 4]);
	site_of(text.data);
	assert_true(print.site.len <= 1100);
	buf_clear(&text);
	buf_add(&text, bytes, sizeof bytes - 1);
	assert_true(report_read(&report, text.data, text.len));
	buf_release(&text);
}

static void
test_cut_keeps_the_report(void **state)
{
	struct buf text = BUF_INIT, cut = BUF_INIT;

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_add_str(&text, "noise of a target\n");
	buf_add_str(&text, HEAD "#0 0x1 in parse_tag /a/b.c:3:4\n");
	for (int i = 0; i < 100000; i++)
		buf_add_str(&text, "more of it\n");
	trace_cut(&cut, text.data, text.len);
	assert_true(cut.len <= TRACE_EVENT_MAX + 200);
	assert_string_equal(site_of(cut.data), "parse_tag b.c:3");
	assert_non_null(strstr(cut.data, " bytes of output cut here]\n"));
	buf_release(&text);
	buf_release(&cut);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_frames),
	    cmocka_unit_test(test_helper_takes_its_caller),
	    cmocka_unit_test(test_entry_is_kept_alone),
	    cmocka_unit_test(test_what_varies_is_left_out),
	    cmocka_unit_test(test_first_report_counts),
	    cmocka_unit_test(test_what_only_looks_like_one),
	    cmocka_unit_test(test_timeouts_are_by_target),
	    cmocka_unit_test(test_recursion_is_rotated),
	    cmocka_unit_test(test_recursion_is_one_group_under_every_runtime),
	    cmocka_unit_test(test_errors_under_tsan_are_no_races),
	    cmocka_unit_test(test_only_a_fault_has_an_address),
	    cmocka_unit_test(test_overloads_are_no_recursion),
	    cmocka_unit_test(test_check_failures_are_assertions),
	    cmocka_unit_test(test_program_stands_in_for_the_target),
	    cmocka_unit_test(test_assertions_are_told_apart),
	    cmocka_unit_test(test_unnamed_interceptors),
	    cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_cut_keeps_the_report),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
