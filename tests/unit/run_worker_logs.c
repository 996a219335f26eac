/* Reports cut out of the log of a fuzzer's worker. */
#include "unit.h"

#include <string.h>

#include "pf-run/worker_logs.h"

static const char text[] =
    "INFO: Seed: 1\n"
    "==7==ERROR: AddressSanitizer: one\n"
    "artifact_prefix='/j/'; Test unit written to /j/crash-aa\n"
    "Base64: QQ==\n"
    "==7==ERROR: AddressSanitizer: two\n"
    "    #0 f\n"
    "Test unit written to /j/crash-bb\n"
    "Base64: Qg==\n";

static void
assert_cut(const char *artifact, size_t max, const char *want)
{
	struct buf report = BUF_INIT;

	assert_int_equal(
	    worker_logs_cut(text, strlen(text), artifact, max, &report),
	    want != NULL);
	assert_string_equal(report.data, want == NULL ? "" : want);
	buf_release(&report);
}

static void
begins_after_the_report_before(void **state)
{
	(void)state;
	assert_cut("crash-aa", 1000,
	    "INFO: Seed: 1\n"
	    "==7==ERROR: AddressSanitizer: one\n"
	    "artifact_prefix='/j/'; Test unit written to /j/crash-aa\n");
	assert_cut("crash-bb", 1000,
	    "Base64: QQ==\n"
	    "==7==ERROR: AddressSanitizer: two\n"
	    "    #0 f\n"
	    "Test unit written to /j/crash-bb\n");
}

static void
keeps_the_end_of_a_long_one(void **state)
{
	(void)state;
	assert_cut(
	    "crash-bb", 42, "    #0 f\nTest unit written to /j/crash-bb\n");
}

static void
finds_nothing_of_another(void **state)
{
	(void)state;
	assert_cut("crash-cc", 1000, NULL);
}

/* The log may be read while its last line is being written. */
static void
takes_a_text_cut_anywhere(void **state)
{
	size_t n;

	(void)state;
	for (n = 0; n < strlen(text); n++) {
		struct buf report = BUF_INIT;
		char *part = malloc(n + 1);

		memcpy(part, text, n);
		if (worker_logs_cut(part, n, "crash-bb", 1000, &report))
			assert_memory_equal(report.data, "Base64: QQ==\n", 13);
		free(part);
		buf_release(&report);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(begins_after_the_report_before),
	    cmocka_unit_test(keeps_the_end_of_a_long_one),
	    cmocka_unit_test(finds_nothing_of_another),
	    cmocka_unit_test(takes_a_text_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
