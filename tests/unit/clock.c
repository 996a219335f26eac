/* Time as text and back. */
#include "unit.h"

#include <sys/wait.h>
#include <sysexits.h>

#include "clock.h"
#include "msg.h"

static void
formats_known_moments(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
	    {0, "1970-01-01T00:00:00.000Z"},
	    {951782400000, "2000-02-29T00:00:00.000Z"},
	    {1795226400123, "2026-11-21T02:00:00.123Z"},
	    {4107542399999, "2100-02-28T23:59:59.999Z"},
	    {4107542400000, "2100-03-01T00:00:00.000Z"},
	    {253402300799999, "9999-12-31T23:59:59.999Z"},
	    {253402300800000, "9999-12-31T23:59:59.999Z"},
	    {INT64_MAX, "9999-12-31T23:59:59.999Z"},
	    {-1, "1970-01-01T00:00:00.000Z"},
	    {INT64_MIN, "1970-01-01T00:00:00.000Z"},
	};
	char text[CLOCK_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		clock_format(rows[i].ms, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void
reads_back_what_it_wrote(void **state)
{
	uint64_t seed = 7;
	char text[CLOCK_TEXT];
	int64_t ms, back;
	int round;

	(void)state;
	for (round = 0; round < 100000; round++) {
		ms = (int64_t)(unit_random(&seed) % 253402300800000);
		clock_format(ms, text);
		assert_true(clock_parse(text, &back));
		assert_int_equal(back, ms);
	}
}

static void
takes_a_fraction_of_up_to_three_digits(void **state)
{
	int64_t ms;

	(void)state;
	assert_true(clock_parse("1970-01-01T00:00:01Z", &ms));
	assert_int_equal(ms, 1000);
	assert_true(clock_parse("1970-01-01T00:00:01.5Z", &ms));
	assert_int_equal(ms, 1500);
	assert_true(clock_parse("1970-01-01T00:00:01.05Z", &ms));
	assert_int_equal(ms, 1050);
}

static void
refuses_what_is_no_time(void **state)
{
	static const char *const rows[] = {"", "2026", "2026-11-21",
	    "2026-11-21T02:00:00", "2026-11-21 02:00:00Z",
	    "2026-11-21T02:00:00.Z", "2026-11-21T02:00:00.1234Z",
	    "2026-11-21T02:00:00z", "2026-11-21T02:00:00+00:00",
	    "2026-11-21T02:00:00Zjunk", " 2026-11-21T02:00:00Z",
	    "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
	    "2026-04-31T00:00:00Z", "2026-00-01T00:00:00Z",
	    "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z",
	    "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z",
	    "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z",
	    "2026-01-01T00:00:61Z", "1969-12-31T23:59:59Z",
	    "0000-01-01T00:00:00Z", "-026-11-21T02:00:00Z", "2026-11-2",
	    "2026-11-21T02:00:00.", "+2026-11-21T02:00:00Z"};
	int64_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (clock_parse(rows[i], &ms))
			fail_msg("taken for a time: %s", rows[i]);
	assert_true(clock_parse("2000-02-29T23:59:59.999Z", &ms));
}

static void
is_given_by_PF_NOW(void **state)
{
	(void)state;
	setenv("PF_NOW", "2026-11-21T02:00:00.123Z", 1);
	assert_int_equal(clock_now(), 1795226400123);
	setenv("PF_NOW", "1795226400", 1);
	assert_int_equal(clock_now(), 1795226400000);
	setenv("PF_NOW", "0", 1);
	assert_int_equal(clock_now(), 0);
	setenv("PF_NOW", "", 1);
	assert_true(clock_now() > 1700000000000);
	unsetenv("PF_NOW");
}

static int
status_of_now(const char *text, bool json)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		close(2);
		msg_init("unit");
		msg_set_json(json);
		setenv("PF_NOW", text, 1);
		clock_now();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
ends_the_program_when_PF_NOW_is_junk(void **state)
{
	static const char *const rows[] = {"now", "-1", "1.5", "0x10", " 5",
	    "+5", "253402300800", "99999999999999999999",
	    "2026-02-30T00:00:00Z"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (status_of_now(rows[i], false) != EX_USAGE)
			fail_msg("taken for a time: '%s'", rows[i]);
}

/* The message has a time, which asked for PF_NOW, which was told of, … */
static void
says_as_json_that_PF_NOW_is_junk(void **state)
{
	(void)state;
	assert_int_equal(status_of_now("junk", true), EX_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(formats_known_moments),
	    cmocka_unit_test(reads_back_what_it_wrote),
	    cmocka_unit_test(takes_a_fraction_of_up_to_three_digits),
	    cmocka_unit_test(refuses_what_is_no_time),
	    cmocka_unit_test(is_given_by_PF_NOW),
	    cmocka_unit_test(ends_the_program_when_PF_NOW_is_junk),
	    cmocka_unit_test(says_as_json_that_PF_NOW_is_junk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
