/* Alerts of pf-stats over time: what is told of a row of events. */
#include "unit.h"

#include <jansson.h>

#include "clock.h"
#include "event.h"
#include "mem.h"
#include "pf-stats/alert_memory.h"
#include "pf-stats/alert_parts.h"
#include "pf-stats/subject.h"

#define MINUTE INT64_C(60000)
#define START INT64_C(1795226400000)

static struct alerts *
alerts_of(const char *rule)
{
	struct alerts *a = alerts_new();
	const char *why;

	if (!alerts_rule(a, rule, &why))
		fail_msg("%s: %s", rule, why);
	return a;
}

/* A stats event with `data` inside its braces, or a resource event. */
static json_t *
event(const char *type, const char *fuzzer, int64_t ms, const char *data)
{
	struct event_head head = {.type = type,
	    .node = "n",
	    .job = fuzzer == NULL ? NULL : "j",
	    .fuzzer = fuzzer,
	    .time_ms = ms};
	struct buf line = BUF_INIT, text = BUF_INIT;
	const char *why;
	json_t *e;

	buf_addf(&text, "{%s}", data);
	event_write(&line, &head, NULL, &text);
	e = event_parse(line.data, line.len, &why);
	assert_non_null(e);
	buf_release(&line);
	buf_release(&text);
	return e;
}

static void
add(struct alerts *a, const char *type, const char *fuzzer, int64_t ms,
    const char *data)
{
	json_t *e = event(type, fuzzer, ms, data);

	alerts_add(a, e);
	json_decref(e);
}

/* Of each alert that is told its state, name and sentence. */
static void
note(const struct buf *line, void *context)
{
	struct buf *told = context;
	const char *why;
	json_t *e = event_parse(line->data, line->len, &why);
	const json_t *data = subject_data(e);

	assert_non_null(e);
	buf_addf(told, "%s %s: %s\n", subject_text(data, "state"),
	    subject_text(data, "severity"), subject_text(data, "message"));
	json_decref(e);
}

/* Judges and compares what is told; returns how many fire. */
static size_t
tells(struct alerts *a, int64_t now, const char *expected)
{
	struct buf told = BUF_INIT;
	size_t firing = alerts_judge(a, now, note, &told);

	assert_string_equal(told.data, expected);
	buf_release(&told);
	return firing;
}

static void
an_alert_is_told_once_and_its_end_once(void **state)
{
	struct alerts *a = alerts_of("cpu=80%");

	(void)state;
	add(a, "resource", NULL, START, "\"cpu_ratio\":0.5");
	assert_int_equal(tells(a, START, ""), 0);
	add(a, "resource", NULL, START + 1, "\"cpu_ratio\":0.9");
	assert_int_equal(tells(a, START,
			     "firing warning: n: processors 90% busy, over "
			     "80%\n"),
	    1);
	add(a, "resource", NULL, START + 2, "\"cpu_ratio\":0.78");
	assert_int_equal(tells(a, START, ""), 1);
	/* Nothing was added, or not what is judged: it stays. */
	assert_int_equal(tells(a, START, ""), 1);
	add(a, "resource", NULL, START + 3, "\"load1\":1");
	assert_int_equal(tells(a, START, ""), 1);
	add(a, "resource", NULL, START + 4, "\"cpu_ratio\":0.1");
	assert_int_equal(tells(a, START,
			     "resolved warning: n: processors 10% busy, no "
			     "longer over 80%\n"),
	    0);
	alerts_free(a);
}

static void
of_two_events_of_one_round_the_later_counts(void **state)
{
	struct alerts *a = alerts_of("cpu=80%");

	(void)state;
	add(a, "resource", NULL, START + 5, "\"cpu_ratio\":0.1");
	add(a, "resource", NULL, START, "\"cpu_ratio\":0.9");
	assert_int_equal(tells(a, START, ""), 0);
	alerts_free(a);
}

static void
each_disk_is_an_alert_of_its_own(void **state)
{
	struct alerts *a = alerts_of("disk=80%");

	(void)state;
	add(a, "resource", NULL, START,
	    "\"disks\":[{\"mount\":\"/\",\"used_ratio\":0.9},"
	    "{\"mount\":\"/srv\",\"used_ratio\":0.95},"
	    "{\"mount\":\"/boot\"},7,{\"used_ratio\":1}]");
	assert_int_equal(tells(a, START,
			     "firing warning: n: disk / 90% full, over 80%\n"
			     "firing warning: n: disk /srv 95% full, over "
			     "80%\n"),
	    2);
	add(a, "resource", NULL, START,
	    "\"disks\":[{\"mount\":\"/srv\",\"used_ratio\":0.1}]");
	assert_int_equal(tells(a, START,
			     "resolved warning: n: disk /srv 10% full, no "
			     "longer over 80%\n"),
	    1);
	alerts_free(a);
}

#define RUNNING "\"instance\":\"i\",\"state\":\"running\","

static void
stalled_is_told_of_what_runs_and_ends_when_that_stops(void **state)
{
	struct alerts *a = alerts_of("stalled=6h");
	const char *stalled =
	    RUNNING "\"last_find_time\":\"2026-11-20T18:00:00Z\"";

	(void)state;
	add(a, "stats", "afl++", START,
	    "\"instance\":\"i\",\"state\":\"dead\","
	    "\"last_find_time\":\"2026-11-20T18:00:00Z\"");
	assert_int_equal(tells(a, START, ""), 0);
	add(a, "stats", "afl++", START, stalled);
	assert_int_equal(tells(a, START,
			     "firing warning: n: j/i has found nothing for 8h, "
			     "over 6h\n"),
	    1);
	/* It is not known to find anything by being stale. */
	add(a, "stats", "afl++", START + 1,
	    "\"instance\":\"i\",\"state\":\"stale\"");
	assert_int_equal(tells(a, START, ""), 1);
	add(a, "stats", "afl++", START + 2,
	    "\"instance\":\"i\",\"state\":\"stopped\"");
	assert_int_equal(
	    tells(a, START, "resolved warning: n: j/i has stopped\n"), 0);
	alerts_free(a);
}

static void
without_a_find_the_run_time_counts_where_the_engine_would_say(void **state)
{
	struct alerts *a = alerts_of("stalled=1h");

	(void)state;
	add(a, "stats", "afl++", START, RUNNING "\"run_seconds\":3601");
	assert_int_equal(tells(a, START,
			     "firing warning: n: j/i has found nothing for 1h, "
			     "over 1h\n"),
	    1);
	alerts_free(a);
}

static void
what_tells_no_finds_is_seen_to_grow(void **state)
{
	struct alerts *a = alerts_of("stalled=1h");
	char data[200];
	int64_t minute;

	(void)state;
	/* Grows until minute 30. */
	for (minute = 0; minute <= 90; minute++) {
		snprintf(data, sizeof data,
		    RUNNING "\"run_seconds\":90000,\"features\":%lld",
		    (long long)(minute < 30 ? minute : 30));
		add(a, "stats", "libfuzzer", START + minute * MINUTE, data);
		assert_int_equal(tells(a, START, ""), 0);
	}
	add(a, "stats", "libfuzzer", START + 91 * MINUTE, data);
	assert_int_equal(tells(a, START,
			     "firing warning: n: j/i has found nothing for 1h "
			     "1m, over 1h\n"),
	    1);
	add(a, "stats", "libfuzzer", START + 92 * MINUTE,
	    RUNNING "\"features\":31");
	assert_int_equal(tells(a, START,
			     "resolved warning: n: j/i has found nothing for "
			     "0s, no longer over 1h\n"),
	    0);
	alerts_free(a);
}

static void
tell_speed(struct alerts *a, int minute, double speed)
{
	char data[200];

	snprintf(data, sizeof data,
	    RUNNING "\"run_seconds\":%d,\"execs_per_second\":%g", minute * 60,
	    speed);
	add(a, "stats", "afl++", START + minute * MINUTE, data);
}

static void
a_drop_is_against_the_usual_speed(void **state)
{
	struct alerts *a = alerts_of("execs-drop=50%");
	int minute;

	(void)state;
	/* The first five minutes, which are slow, and ten to learn from. */
	for (minute = 0; minute < 5; minute++) {
		tell_speed(a, minute, 1);
		tells(a, START, "");
	}
	for (; minute <= 30; minute++) {
		tell_speed(a, minute, 1000);
		tells(a, START, "");
	}
	tell_speed(a, minute++, 600);
	tells(a, START, "");
	tell_speed(a, minute++, 100);
	tells(a, START,
	    "firing warning: n: j/i is slower than usual by 89.8% (100 "
	    "executions a second, usual 984.6), over 50%\n");
	/* However long it lasts, it does not become usual. */
	for (; minute <= 3000; minute++) {
		tell_speed(a, minute, 100);
		assert_int_equal(tells(a, START, ""), 1);
	}
	tell_speed(a, minute++, 900);
	tells(a, START,
	    "resolved warning: n: j/i is slower than usual by 8.6% (900 "
	    "executions a second, usual 984.6), no longer over 50%\n");
	alerts_free(a);
}

static void
a_slow_decline_is_usual(void **state)
{
	struct alerts *a = alerts_of("execs-drop=50%");
	double speed = 1000;
	int minute;

	(void)state;
	for (minute = 5; minute < 10 * 1440; minute++) {
		tell_speed(a, minute, speed);
		assert_int_equal(tells(a, START, ""), 0);
		speed *= 0.9995;
	}
	assert_true(speed < 1);
	alerts_free(a);
}

static void
an_event_told_again_is_not_learned_again(void **state)
{
	json_t *memory = json_object();
	json_t *e =
	    event("stats", "afl++", START, RUNNING "\"execs_per_second\":5");
	double usual;

	(void)state;
	assert_true(alert_memory_learn(memory, e, false));
	assert_false(alert_memory_learn(memory, e, false));
	assert_false(alert_memory_usual(memory, &usual));
	json_decref(e);
	json_decref(memory);
}

static void
the_dead_are_counted_by_node(void **state)
{
	struct alerts *a = alerts_of("dead=0");

	(void)state;
	add(a, "stats", "afl++", START,
	    "\"instance\":\"a\",\"state\":\"running\"");
	add(a, "stats", "afl++", START,
	    "\"instance\":\"b\",\"state\":\"dead\"");
	add(a, "stats", "afl++", START,
	    "\"instance\":\"c\",\"state\":\"stale\"");
	add(a, "stats", "afl++", START, "\"instance\":\"d\",\"alive\":false");
	add(a, "stats", "afl++", START, "\"instance\":\"e\"");
	assert_int_equal(tells(a, START,
			     "firing warning: n: fuzzers that are dead or "
			     "stale: 2 (j/b, j/c), over 0\n"),
	    1);
	add(a, "stats", "afl++", START,
	    "\"instance\":\"a\",\"state\":\"running\"");
	assert_int_equal(tells(a, START,
			     "resolved warning: n: fuzzers that are dead or "
			     "stale: 0, no longer over 0\n"),
	    0);
	add(a, "stats", "afl++", START,
	    "\"instance\":\"b\",\"state\":\"dead\"");
	assert_int_equal(tells(a, START,
			     "firing critical: n: fuzzers that are dead or "
			     "stale: 1 (j/b), over 0\n"),
	    1);
	alerts_free(a);
}

/* A job's name with a backslash in it, however it was written. */
static void
hostile_names_fire_once(void **state)
{
	struct alerts *a = alerts_of("crashes=0");
	json_t *e = event("stats", "afl++", START, "\"crashes_total\":1");

	(void)state;
	json_object_set_new(e, "job", json_string("a\\b\n\"\xc3\xa4"));
	alerts_add(a, e);
	assert_int_equal(tells(a, START,
			     "firing warning: n: a\\b\n\"\xc3\xa4 has crash "
			     "inputs: 1, over 0\n"),
	    1);
	alerts_add(a, e);
	assert_int_equal(tells(a, START, ""), 1);
	json_decref(e);
	alerts_free(a);
}

static void
the_state_goes_round(void **state)
{
	struct alerts *a = alerts_of("execs-min=10"), *b;
	struct buf first = BUF_INIT, second = BUF_INIT;
	const char *why;

	(void)state;
	assert_true(alerts_rule(a, "stalled=1h", &why));
	add(a, "stats", "afl++", START,
	    RUNNING "\"execs_per_second\":5,\"edges_found\":3");
	assert_int_equal(tells(a, START,
			     "firing warning: n: j/i executes its target 5 "
			     "times a second, under 10\n"),
	    1);
	alert_state_text(a, START, &first);
	b = alerts_of("execs-min=10");
	assert_true(alert_state_parse(b, first.data, first.len));
	alert_state_text(b, START, &second);
	assert_string_equal(first.data, second.data);
	/* It fires there already, and what was remembered is dropped by age. */
	add(b, "stats", "afl++", START, RUNNING "\"execs_per_second\":5");
	assert_int_equal(tells(b, START, ""), 1);
	buf_clear(&second);
	alert_state_text(b, START + 31 * 1440 * MINUTE, &second);
	assert_non_null(strstr(second.data, "\"fuzzers\":{}"));
	alerts_free(a);
	alerts_free(b);
	buf_release(&first);
	buf_release(&second);
}

static void
an_alert_without_its_rule_stays_and_is_not_counted(void **state)
{
	struct alerts *a = alerts_of("zombies=0"), *b = alerts_of("cpu=80%");
	struct buf text = BUF_INIT;

	(void)state;
	add(a, "resource", NULL, START, "\"zombies\":1");
	tells(a, START, "firing warning: n: zombie processes: 1, over 0\n");
	alert_state_text(a, START, &text);
	assert_true(alert_state_parse(b, text.data, text.len));
	assert_int_equal(tells(b, START, ""), 0);
	buf_clear(&text);
	alert_state_text(b, START, &text);
	assert_non_null(strstr(text.data, "\"name\":\"zombies\""));
	alerts_free(a);
	alerts_free(b);
	buf_release(&text);
}

#define ALERT "{\"type\":\"alert\",\"data\":"

static void
a_damaged_state_is_known_as_such(void **state)
{
	static const char *const rows[] = {"", "{", "[]", "{}", "{\"v\":1}",
	    "{\"v\":2,\"firing\":{},\"fuzzers\":{}}", "{\"v\":1,\"firing\":{}}",
	    "{\"v\":1,\"firing\":[],\"fuzzers\":{}}",
	    "{\"v\":1,\"firing\":{},\"fuzzers\":{\"k\":3}}",
	    "{\"v\":1,\"firing\":{\"k\":{}},\"fuzzers\":{}}",
	    "{\"v\":1,\"firing\":{\"k\":" ALERT
	    "{\"name\":\"x\",\"severity\":\"warning\"}}},\"fuzzers\":{}}",
	    "{\"v\":1,\"firing\":{\"k\":" ALERT
	    "{\"name\":\"x\",\"severity\":\"warning\",\"state\":\"resolved\"}}"
	    "},\"fuzzers\":{}}",
	    "{\"v\":1,\"firing\":{},\"fuzzers\":{}} x"};
	struct alerts *a = alerts_of("cpu=80%");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (alert_state_parse(a, rows[i], strlen(rows[i])))
			fail_msg("taken for a state: %s", rows[i]);
	assert_int_equal(json_object_size(a->firing), 0);
	alerts_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_alert_is_told_once_and_its_end_once),
	    cmocka_unit_test(of_two_events_of_one_round_the_later_counts),
	    cmocka_unit_test(each_disk_is_an_alert_of_its_own),
	    cmocka_unit_test(
		stalled_is_told_of_what_runs_and_ends_when_that_stops),
	    cmocka_unit_test(
		without_a_find_the_run_time_counts_where_the_engine_would_say),
	    cmocka_unit_test(what_tells_no_finds_is_seen_to_grow),
	    cmocka_unit_test(a_drop_is_against_the_usual_speed),
	    cmocka_unit_test(a_slow_decline_is_usual),
	    cmocka_unit_test(an_event_told_again_is_not_learned_again),
	    cmocka_unit_test(the_dead_are_counted_by_node),
	    cmocka_unit_test(hostile_names_fire_once),
	    cmocka_unit_test(the_state_goes_round),
	    cmocka_unit_test(
		an_alert_without_its_rule_stays_and_is_not_counted),
	    cmocka_unit_test(a_damaged_state_is_known_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
