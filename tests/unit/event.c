/* Event lines, written and read. */
#include "unit.h"

#include <jansson.h>

#include "clock.h"
#include "event.h"

#define ID "01a1fbd4f57b0123456789abcdef0123"
#define TIME "2026-11-21T02:00:00.123Z"
#define HEAD "\"v\":1,\"id\":\"" ID "\",\"time\":\"" TIME "\""

static const struct event_head crash = {.type = "crash",
    .node = "n1",
    .job = "j1",
    .target = "t",
    .fuzzer = "afl++",
    .time_ms = 1795226400123};

/* The documented formula, spelled out. */
static void
makes_the_id_of_time_and_fact(void **state)
{
	char id[HASH_TEXT], hash[HASH_TEXT], want[HASH_TEXT];
	struct event_head head = crash;

	(void)state;
	hash_bytes("crash\0n1\0j1\0abc\0", 16, hash);
	snprintf(want, sizeof want, "01a1fbd4f57b%.20s", hash);
	event_id(&head, "abc", 3, id);
	assert_string_equal(id, want);
	head.node = head.job = NULL;
	hash_bytes("crash\0\0\0abc\0", 12, hash);
	snprintf(want, sizeof want, "01a1fbd4f57b%.20s", hash);
	event_id(&head, "abc", 3, id);
	assert_string_equal(id, want);
	/* Only these parts count. */
	head.target = head.fuzzer = NULL;
	head.rev = 5;
	event_id(&head, "abc", 3, id);
	assert_string_equal(id, want);
}

static void
keeps_facts_apart(void **state)
{
	char one[HASH_TEXT], two[HASH_TEXT];
	struct event_head a = crash, b = crash;

	(void)state;
	a.node = "n";
	a.job = "1j1";
	b.node = "n1";
	b.job = "j1";
	event_id(&a, "abc", 3, one);
	event_id(&b, "abc", 3, two);
	assert_string_not_equal(one, two);
	event_id(&b, "abd", 3, one);
	assert_string_not_equal(one, two);
	b.time_ms++;
	event_id(&b, "abc", 3, one);
	assert_true(strcmp(two, one) < 0);
}

static void
writes_one_line(void **state)
{
	struct buf line = BUF_INIT, data = BUF_INIT;
	struct event_head head = crash;
	char id[HASH_TEXT], want[400];

	(void)state;
	buf_add_str(&data, "{\"a\":1}");
	head.job = "j\xff";
	head.fuzzer = NULL;
	event_write(&line, &head, NULL, &data);
	event_id(&head, "{\"a\":1}", 7, id);
	snprintf(want, sizeof want,
	    "{\"v\":1,\"id\":\"%s\",\"time\":\"" TIME "\",\"type\":\"crash\","
	    "\"node\":\"n1\",\"job\":\"j\\\\xff\",\"target\":\"t\","
	    "\"data\":{\"a\":1}}\n",
	    id);
	assert_string_equal(line.data, want);
	buf_release(&line);
	buf_release(&data);
}

/* A file dated before 1970 is told of as of 1970; its id began with ffff and
 * sorted after all that will ever be. */
static void
makes_the_id_of_the_time_that_is_told(void **state)
{
	static const int64_t moments[] = {
	    -1000, 0, 253402300799999, 253402300800000, INT64_MAX, INT64_MIN};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof moments / sizeof moments[0]; i++) {
		struct event_head head = crash;
		struct buf line = BUF_INIT, data = BUF_INIT;
		const char *why;
		char prefix[13];
		json_t *event;
		int64_t ms;

		head.time_ms = moments[i];
		buf_add_str(&data, "{}");
		event_write(&line, &head, NULL, &data);
		event = event_parse(line.data, line.len, &why);
		assert_non_null(event);
		assert_true(clock_parse(
		    json_string_value(json_object_get(event, "time")), &ms));
		snprintf(prefix, sizeof prefix, "%012llx",
		    (unsigned long long)ms & 0xffffffffffff);
		assert_memory_equal(
		    json_string_value(json_object_get(event, "id")), prefix,
		    12);
		json_decref(event);
		buf_release(&line);
		buf_release(&data);
	}
}

static const struct {
	const char *line, *why;
} refused[] = {
    {"", "not JSON"},
    {"\n", "not JSON"},
    {"null", "not JSON"}, /* jansson takes only objects and arrays */
    {"[]", "not an object"},
    {"{", "not JSON"},
    {"{} {}", "not JSON"},
    {"{\"v\":1,\"v\":1}", "not JSON"},
    {"{\"a\":\"\xff\"}", "not JSON"},
    {"{}", "v is not 1"},
    {"{\"v\":2}", "v is not 1"},
    {"{\"v\":\"1\"}", "v is not 1"},
    {"{\"v\":1}", "id is not 32 hex digits"},
    {"{\"v\":1,\"id\":\"ABC\"}", "id is not 32 hex digits"},
    {"{\"v\":1,\"id\":5}", "id is not 32 hex digits"},
    {"{\"v\":1,\"id\":\"" ID "\"}", "time is not an RFC 3339 time in UTC"},
    {"{\"v\":1,\"id\":\"" ID "\",\"time\":1}",
	"time is not an RFC 3339 time in UTC"},
    {"{" HEAD "}", "type is missing"},
    {"{" HEAD ",\"type\":\"\",\"data\":{}}", "type is missing"},
    {"{" HEAD ",\"type\":\"x\"}", "data is not an object"},
    {"{" HEAD ",\"type\":\"x\",\"data\":[]}", "data is not an object"},
    {"{" HEAD ",\"type\":\"x\",\"data\":{},\"rev\":-1}", "rev is not a count"},
    {"{" HEAD ",\"type\":\"x\",\"data\":{},\"rev\":null}",
	"rev is not a count"},
    {"{" HEAD ",\"type\":\"x\",\"data\":{},\"rev\":1.5}", "rev is not a count"},
};

static void
says_why_a_line_is_no_event(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		const char *why = NULL;

		assert_null(event_parse(
		    refused[i].line, strlen(refused[i].line), &why));
		if (strncmp(why, refused[i].why, strlen(refused[i].why)) != 0)
			fail_msg("%s: %s", refused[i].line, why);
	}
}

static void
refuses_a_deep_line_before_reading_it(void **state)
{
	static char deep[1 << 20];
	const char *why;

	(void)state;
	memset(deep, '[', sizeof deep);
	assert_null(event_parse(deep, sizeof deep, &why));
	assert_string_equal(why, "nested too deep");
}

/* Brackets in text nest nothing; 24 levels are allowed, 25 are not. */
static void
counts_depth_outside_of_text(void **state)
{
	struct buf line = BUF_INIT;
	const char *why;
	json_t *event;
	int i, levels;

	(void)state;
	for (levels = 22; levels <= 23; levels++) {
		buf_clear(&line);
		buf_add_str(&line, "{" HEAD ",\"type\":\"x\",\"data\":{\"a\":");
		buf_addf(
		    &line, "\"%0100d\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"", 0);
		buf_add_str(&line, ",\"b\":");
		for (i = 0; i < levels; i++)
			buf_add_char(&line, '[');
		for (i = 0; i < levels; i++)
			buf_add_char(&line, ']');
		buf_add_str(&line, "}}");
		event = event_parse(line.data, line.len, &why);
		assert_int_equal(event != NULL, levels == 22);
		json_decref(event);
	}
	buf_release(&line);
}

static void
rewrites_with_all_it_does_not_know(void **state)
{
	static const char before[] =
	    "{\"later\":[1,2.5,\"\\u00e9\\\\x00\",null,true,{}],\"data\":"
	    "{\"z\":1,\"a\":-9223372036854775808},\"type\":\"odd\"," HEAD "}\n";
	static const char after[] =
	    "{\"v\":1,\"id\":\"" ID "\",\"rev\":1,\"time\":\"" TIME
	    "\",\"type\":\"odd\",\"later\":[1,2.5,"
	    "\"\xc3\xa9\\\\x00\",null,true,{}],"
	    "\"data\":{\"z\":1,"
	    "\"a\":-9223372036854775808}}\n";
	struct buf line = BUF_INIT;
	const char *why;
	json_t *event = event_parse(before, strlen(before), &why);

	(void)state;
	assert_non_null(event);
	event_rewrite(&line, event);
	assert_string_equal(line.data, after);
	buf_clear(&line);
	event_rewrite(&line, event);
	assert_non_null(strstr(line.data, "\"rev\":2,"));
	json_decref(event);
	buf_release(&line);
}

static void
takes_the_node_from_the_environment(void **state)
{
	(void)state;
	setenv("PF_NODE", "sgp1", 1);
	assert_string_equal(event_node(), "sgp1");
	setenv("PF_NODE", "", 1);
	assert_string_not_equal(event_node(), "");
	assert_null(strchr(event_node(), '.'));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(makes_the_id_of_time_and_fact),
	    cmocka_unit_test(keeps_facts_apart),
	    cmocka_unit_test(writes_one_line),
	    cmocka_unit_test(makes_the_id_of_the_time_that_is_told),
	    cmocka_unit_test(says_why_a_line_is_no_event),
	    cmocka_unit_test(refuses_a_deep_line_before_reading_it),
	    cmocka_unit_test(counts_depth_outside_of_text),
	    cmocka_unit_test(rewrites_with_all_it_does_not_know),
	    cmocka_unit_test(takes_the_node_from_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
