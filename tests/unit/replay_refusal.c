/* Which ends are no finding, and which names are crash inputs. */
#include "unit.h"

#include <signal.h>

#include "pf-replay/inputs.h"
#include "pf-replay/refusal.h"

static void
expect_line(int wait_status, const char *output, const char *expected)
{
	struct buf text = BUF_INIT;
	char *line;

	buf_add_str(&text, output);
	line = refusal_of(wait_status, &text);
	if (expected == NULL)
		assert_null(line);
	else
		assert_string_equal(line, expected);
	free(line);
	buf_release(&text);
}

static void
tells_a_loader_that_refused(void **state)
{
	static const char loader[] =
	    "./t: error while loading shared libraries: libx.so: cannot open "
	    "shared object file";

	(void)state;
	expect_line(127 << 8, loader, loader);
	expect_line(1 << 8, loader, NULL);
	/* A target may print what it likes while all is well. */
	expect_line(0,
	    "ASan runtime does not come first in initial library list", NULL);
	expect_line(SIGABRT,
	    "a\n==7==ASan runtime does not come first in initial library list; "
	    "b\nc",
	    "==7==ASan runtime does not come first in initial library list; b");
	expect_line(127 << 8, "", NULL);
}

static void
bounds_the_line(void **state)
{
	struct buf text = BUF_INIT;
	char *line;

	(void)state;
	buf_add_str(&text, "ReserveShadowMemoryRange failed");
	for (int i = 0; i < 1000; i++)
		buf_add_char(&text, 'x');
	line = refusal_of(1 << 8, &text);
	assert_int_equal(strlen(line), 300);
	free(line);
	buf_release(&text);
}

static void
knows_crash_inputs_by_name(void **state)
{
	(void)state;
	assert_true(inputs_is_crash("out", "crash-da39a3ee"));
	assert_true(inputs_is_crash("out", "slow-unit-1"));
	assert_true(inputs_is_crash("main", "id:000000,sig:06"));
	assert_false(inputs_is_crash("out", "crash"));
	assert_false(inputs_is_crash("out", "fuzz-0.log"));
	assert_false(inputs_is_crash("out", "crash-1.json"));
	assert_true(inputs_is_crash("crashes", "0123456789abcdef"));
	assert_true(inputs_is_crash("crashes.2026-11-20-10:00:00", "x"));
	assert_true(inputs_is_crash("hangs", "x"));
	assert_false(inputs_is_crash("crashes-old", "x"));
	assert_false(inputs_is_crash("crashes", "README.txt"));
	assert_false(inputs_is_crash("crashes", ".lock"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_a_loader_that_refused),
	    cmocka_unit_test(bounds_the_line),
	    cmocka_unit_test(knows_crash_inputs_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
