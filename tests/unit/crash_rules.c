/* Which names the default rules skip, and which they must not: rules.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those four. */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "libcrash/rules.h"

static struct rules *rules;

static int
set_up(void **state)
{
	(void)state;
	rules = rules_default();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	rules_free(rules);
	return 0;
}

/* A bare prefix would hide each of these. */
static void
test_own_names_are_kept(void **state)
{
	static const char *const own[] = {"freelist_add", "news::read",
	    "mainloop", "assert_ok", "malloc_pool_init", "memcpy_checked",
	    "abort_transaction", "strlen_utf8", "printf_like", "readline",
	    "raise_error", "stdlib::parse", "startup", "clone_tree",
	    "fuzzer_config", "app::std::get", "exit_code_of", "coreutils",
	    "github.com/a/runtime.Fuzz", "reflect_rows", "syncdb.Open",
	    "javac.Parser.parse", "sunrise.Clock.now", "org.junitor.A.b",
	    "g_log_rows", "g_logger", "afl::fuzzy_match", "panics::sample_at",
	    "libfuzzer_sysinfo", "com.code_intelligence.Other.work",
	    "encoding/json.Marshal", "base::debugger"};

	(void)state;
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (rules_skip_function(rules, span_text(own[i]), false))
			fail_msg("%s is skipped", own[i]);
}

static void
test_runtimes_are_skipped(void **state)
{
	static const char *const runtime[] = {"__asan_memcpy",
	    "__interceptor_malloc", "malloc", "operator new[]",
	    "__pthread_kill_implementation", "__GI_raise", "abort",
	    "__memmove_avx_unaligned_erms", "__strlen_evex", "printf_common",
	    "malloc_printerr", "_int_free", "std::vector::at", "__assert_fail",
	    "__libc_start_call_main", "core::panicking::panic",
	    "runtime.gopanic", "fuzzer::Fuzzer::ExecuteCallback", "memcpy",
	    "__ubsan_handle_add_overflow_abort", "ubsan_GetStackTrace",
	    "_IO_new_file_xsputn", "sync.(*WaitGroup).Wait",
	    "main._cgoexpwrap_0a73_Fuzz", "java.lang.Integer.parseInt",
	    "jdk.internal.reflect.A.invoke",
	    "com.code_intelligence.jazzer.runtime.A.b",
	    "com.example.A$$Lambda$14/0x0008.accept", "__rustc::rust_panic",
	    "libfuzzer_sys::initialize::{}", "g_log",
	    "g_assertion_message_cmpnum", "SbSystemBreakIntoDebugger"};

	(void)state;
	for (size_t i = 0; i < sizeof runtime / sizeof runtime[0]; i++)
		if (!rules_skip_function(rules, span_text(runtime[i]), false))
			fail_msg("%s is kept", runtime[i]);
}

/* A program's own read() is not libc's, but its own malloc() is the heap. */
static void
test_own_file_keeps_library_names(void **state)
{
	(void)state;
	assert_null(rules_skip_function(rules, span_text("read"), true));
	assert_non_null(rules_skip_function(rules, span_text("read"), false));
	assert_non_null(rules_skip_function(rules, span_text("malloc"), true));
}

static void
test_files(void **state)
{
	static const char *const libc[] = {"./nptl/pthread_kill.c",
	    "../sysdeps/posix/raise.c", "string/../sysdeps/x86_64/strlen.S",
	    "csu/../csu/libc-start.c", "./malloc/malloc.c",
	    "/usr/include/c++/12/bits/stl_vector.h",
	    "../../../../src/libsanitizer/asan/asan_malloc_linux.cpp",
	    "/usr/lib/go-1.19/src/runtime/panic.go",
	    "<frozen importlib._bootstrap>",
	    "/usr/lib/python3.11/json/decoder.py",
	    "/v/lib/python3.11/site-packages/atheris/__init__.py",
	    "../../third_party/fuzztest/src/fuzztest/internal/runtime.cc"};
	static const char *const own[] = {"/src/string/copy.c", "string/copy.c",
	    "malloc/pool.c", "/src/app/stdlib.c", "posix.c",
	    "/src/go/src/encoding/json/decode.go",
	    "/v/lib/python3.11/site-packages/lxml/etree.py",
	    "/src/runtime/vm.go"};

	(void)state;
	for (size_t i = 0; i < sizeof libc / sizeof libc[0]; i++)
		if (!rules_skip_file(rules, span_text(libc[i])))
			fail_msg("%s is kept", libc[i]);
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (rules_skip_file(rules, span_text(own[i])))
			fail_msg("%s is skipped", own[i]);
}

static void
test_entries(void **state)
{
	static const char *const entries[] = {"main", "LLVMFuzzerTestOneInput",
	    "main.main", "TestOneInput", "panics::main", "Uncaught.main",
	    "com.example.Fuzzer.fuzzerTestOneInput", "f::__libfuzzer_sys_run"};
	static const char *const others[] = {"domain", "main_loop",
	    "a::b::main", "mainframe::read", "TestOneInputs", "Remain"};

	(void)state;
	for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++)
		if (!rules_entry(rules, span_text(entries[i])))
			fail_msg("%s is no entry", entries[i]);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (rules_entry(rules, span_text(others[i])))
			fail_msg("%s is an entry", others[i]);
}

static void
test_modules(void **state)
{
	(void)state;
	assert_non_null(rules_skip_module(
	    rules, span_text("/lib/x86_64-linux-gnu/libc.so.6")));
	assert_non_null(rules_skip_module(rules, span_text("libstdc++.so.6")));
	assert_null(rules_skip_module(rules, span_text("/opt/libcurl.so.4")));
	assert_null(rules_skip_module(rules, span_text("/opt/libcargo.so")));
}

static void
refuses(const char *text, const char *reason)
{
	char *why = NULL;
	struct rules *bad = rules_new(text, strlen(text), &why);

	assert_null(bad);
	assert_string_equal(why, reason);
	free(why);
}

static void
test_bad_rules_say_where(void **state)
{
	(void)state;
	refuses("", "no version");
	refuses("version 1\nfoo\n",
	    "line 2: neither a version nor a known section");
	refuses("version 1\n[nonsense]\n", "line 2: no such section: nonsense");
	refuses("version 1\n\n[file pattern]\n(\n",
	    "line 4: pattern, at 1: missing closing parenthesis");
}

static void
test_version_changes_with_the_text(void **state)
{
	char *why;
	struct rules *a = rules_new("version 7\n", 10, &why);
	struct rules *b = rules_new("version 7\n#\n", 12, &why);

	(void)state;
	assert_memory_equal(rules_version(a), "7-", 2);
	assert_int_equal(strlen(rules_version(a)), 10);
	assert_string_not_equal(rules_version(a), rules_version(b));
	rules_free(a);
	rules_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_own_names_are_kept),
	    cmocka_unit_test(test_runtimes_are_skipped),
	    cmocka_unit_test(test_own_file_keeps_library_names),
	    cmocka_unit_test(test_files),
	    cmocka_unit_test(test_entries),
	    cmocka_unit_test(test_modules),
	    cmocka_unit_test(test_bad_rules_say_where),
	    cmocka_unit_test(test_version_changes_with_the_text),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
