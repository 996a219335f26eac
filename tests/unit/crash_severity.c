/* The rows of the severity table: severity.h. */
#include "unit.h"

#include <string.h>

#include "libcrash/severity.h"

#define ASAN "==1==ERROR: AddressSanitizer: "
#define AT " on address 0x602000000010 at pc 0x55 bp 0x7f sp 0x7f\n"
#define WROTE(n) "WRITE of size " n " at 0x602000000010 thread T0\n"
#define READ(n) "READ of size " n " at 0x602000000010 thread T0\n"
#define SEGV(address, pc) \
	ASAN "SEGV on unknown address " address " (pc " pc ")\n"
#define GDB(address, code, sp, instruction)                      \
	"Program received signal SIGSEGV, Segmentation fault.\n" \
	"#0  0x0000000000401136 in f () at a.c:1\n"              \
	"$1 = (void *) " address "\n$2 = " code "\n"             \
	"rsp            " sp "      " sp "\n"                    \
	"rip            0x401136            0x401136 <f+4>\n"    \
	"=> 0x401136 <f+4>:\t" instruction "\n"
#define SP "0x7fffffffe000"
#define GDB_ALONE(code)                                          \
	"Program received signal SIGSEGV, Segmentation fault.\n" \
	"#0  0x0000555555555384 in step () at /a/b.c:9\n"        \
	"$1 = (void *) 0x0\nrip            0x555555555384\n"     \
	"=> 0x555555555384 <step+28>:\t" code "\n"
#define BY(access) "==1==The signal is caused by a " access " memory access.\n"

/* clang-format off */
static const struct {
	const char *text, *rating;
} cases[] = {
	{ASAN "heap-use-after-free" AT WROTE("4"), "CRITICAL"},
	{ASAN "heap-use-after-free" AT READ("4"), "HIGH"},
	{ASAN "stack-use-after-return" AT WROTE("1"), "CRITICAL"},
	{ASAN "stack-use-after-return" AT READ("1"), "MEDIUM"},
	{ASAN "stack-use-after-scope" AT WROTE("1"), "CRITICAL"},
	{ASAN "stack-buffer-overflow" AT WROTE("1"), "CRITICAL"},
	{ASAN "stack-buffer-underflow" AT WROTE("1"), "CRITICAL"},
	{ASAN "stack-buffer-overflow" AT READ("1"), "MEDIUM"},
	{ASAN "heap-buffer-overflow" AT WROTE("32"), "CRITICAL"},
	{ASAN "heap-buffer-overflow" AT WROTE("16"), "HIGH"},
	{ASAN "heap-buffer-overflow" AT WROTE("8")
	    "    #0 0x5 in __asan_memcpy (/a+0x5)\n", "CRITICAL"},
	{ASAN "heap-buffer-overflow" AT READ("400"), "MEDIUM"},
	{ASAN "global-buffer-overflow" AT WROTE("32"), "HIGH"},
	{ASAN "container-overflow" AT WROTE("4"), "HIGH"},
	{ASAN "use-after-poison" AT READ("1"), "HIGH"},
	{ASAN "attempting double-free on 0x602000000010 in thread T0:\n",
	    "CRITICAL"},
	{ASAN "attempting free on address which was not malloc()-ed: 0x6\n",
	    "HIGH"},
	{ASAN "negative-size-param: (size=-1)\n", "HIGH"},
	{ASAN "memcpy-param-overlap: memory ranges [0x1,0x2)\n", "HIGH"},
	{ASAN "alloc-dealloc-mismatch (operator new vs free) on 0x6\n",
	    "MEDIUM"},
	{SEGV("0x000000000018", "0x55d75ba08e9c") BY("READ"), "LOW"},
	{SEGV("0x000000000018", "0x55d75ba08e9c") BY("WRITE"), "MEDIUM"},
	{SEGV("0x0002c68a4f12", "0x55d75ba08e9c") BY("READ"), "MEDIUM"},
	{SEGV("0x0002c68a4f12", "0x55d75ba08e9c") BY("WRITE"), "HIGH"},
	{SEGV("0x0002c68a4f12", "0x0002c68a4f12"), "CRITICAL"},
	{SEGV("0x000000000000", "0x000000000000"), "HIGH"},
	{GDB("0x0", "128", SP, "ret    "), "CRITICAL"},
	{GDB("0x0", "128", SP, "repz retq"), "CRITICAL"},
	{GDB("0x123456789", "1", "0x123456789", "ret"), "CRITICAL"},
	{GDB("0x0", "128", SP, "call   *%rax"), "CRITICAL"},
	{GDB("0x0", "128", SP, "notrack jmp *%rax"), "CRITICAL"},
	{GDB("0x4141414149", "1", SP, "call   *0x8(%rax)"), "CRITICAL"},
	{GDB("0x8", "1", SP, "call   *0x8(%rax)"), "MEDIUM"},
	{GDB("0x7fffffffdff8", "2", SP, "call   0x401126 <g>"), "LOW"},
	{GDB("0x7fffffffdff8", "2", SP, "push   %rax"), "LOW"},
	{GDB("0x8", "1", SP, "mov    0x8(%rax),%eax"), "LOW"},
	{GDB("0x8", "1", SP, "mov    %eax,0x8(%rax)"), "MEDIUM"},
	{GDB("0x0", "128", SP, "mov    (%rax),%eax"), "MEDIUM"},
	{GDB("0x0", "128", SP, "mov    %eax,(%rax)"), "HIGH"},
	{GDB("0x4141414149", "1", SP, "cmpl   $0x1,(%rax)"), "MEDIUM"},
	{ASAN "stack-overflow on address 0x7ffe (pc 0x55 T0)\n", "LOW"},
	{ASAN "FPE on unknown address 0x55 (pc 0x55 T0)\n", "LOW"},
	{ASAN "ABRT on unknown address 0x55 (pc 0x7f T0)\n", "LOW"},
	{ASAN "ABRT on unknown address 0x55 (pc 0x7f T0)\n"
	    "    #0 0x7f in __stack_chk_fail (/lib/libc.so.6+0x1)\n", "HIGH"},
	{ASAN "requested allocation size 0x20000 exceeds maximum\n", "LOW"},
	{"==1==WARNING: MemorySanitizer: use-of-uninitialized-value\n",
	    "MEDIUM"},
	{"WARNING: ThreadSanitizer: data race (pid=1)\n", "MEDIUM"},
	{"WARNING: ThreadSanitizer: heap-use-after-free (pid=1)\n", "HIGH"},
	{"WARNING: ThreadSanitizer: lock-order-inversion (a)\n", "LOW"},
	{"==1==ERROR: HWAddressSanitizer: tag-mismatch" AT WROTE("1"),
	    "HIGH"},
	{"==1==ERROR: LeakSanitizer: detected memory leaks\n", "LOW"},
	{"a.c:1:2: runtime error: index 9 out of bounds for type 'int [3]'\n",
	    "MEDIUM"},
	{"a.c:1:2: runtime error: division by zero\n", "LOW"},
	{"a.c:1:2: runtime error: something nobody has seen\n", "LOW"},
	{"a.c:1:2: runtime error: member call on address 0x1 which does not "
	    "point to an object of type 'A'\n", "CRITICAL"},
	{"==1== ERROR: libFuzzer: timeout after 2 seconds\n", "LOW"},
	{"==1== ERROR: libFuzzer: out-of-memory (malloc(1))\n", "LOW"},
	{"==1== ERROR: libFuzzer: fuzz target exited\n", "LOW"},
	{"free(): invalid pointer\n", "HIGH"},
	{"thread 'x' panicked at 'no', a.rs:1:2\n", "LOW"},
	{"fatal error: all goroutines are asleep - deadlock!\n\n"
	    "goroutine 1 [select]:\nmain.f()\n\t/a.go:3 +0x1\n", "LOW"},
	{"WARNING: DATA RACE\nRead at 0x00c0 by goroutine 8:\n", "MEDIUM"},
	{"Exception in thread \"a\" b.E: c\n\tat b.D.e(D.java:1)\n", "LOW"},
	{"== Java Exception: a.FuzzerSecurityIssueHigh: b\n"
	    "\tat b.D.e(D.java:1)\n", "HIGH"},
	{"a.c:1:2: runtime error: control flow integrity check for type 'B' "
	    "failed during cast\n", "HIGH"},
	{"Received signal 11 SEGV_MAPERR 000000000008\n", "LOW"},
	{GDB_ALONE("ret"), "CRITICAL"},
	{GDB_ALONE("call   *%rax"), "CRITICAL"},
	{GDB_ALONE("notrack jmp *%rdx"), "CRITICAL"},
	{GDB_ALONE("call   *0x8(%rax)"), "MEDIUM"},
	{GDB_ALONE("mov    (%rax),%eax"), "LOW"},
	{GDB_ALONE("mov    %eax,(%rax)"), "MEDIUM"},
	{"FuzzerSecurityIssueCritical: jndi\n"
	    "==1== ERROR: libFuzzer: deadly signal\n", "CRITICAL"},
};
/* clang-format on */

static void
test_rows(void **state)
{
	struct report report;

	(void)state;
	report_init(&report);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *text = cases[i].text;
		struct severity s;

		if (!report_read(&report, text, strlen(text)))
			fail_msg("no report: %s", text);
		s = severity_rate(&report);
		if (strcmp(severity_name(s.rating), cases[i].rating) != 0)
			fail_msg("%s (%s), not %s: %s", severity_name(s.rating),
			    s.why, cases[i].rating, text);
		assert_true(s.why[0] != '\0');
	}
	report_release(&report);
}

static void
test_names_go_both_ways(void **state)
{
	enum rating rating;

	(void)state;
	assert_true(severity_parse("HIGH", &rating));
	assert_int_equal(rating, RATING_HIGH);
	assert_false(severity_parse("high", &rating));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_names_go_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
