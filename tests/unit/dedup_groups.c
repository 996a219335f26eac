/* What a group shows, whatever order its crashes come in. */
#include "unit.h"

#include <string.h>

#include "buf.h"
#include "pf-dedup/details.h"
#include "pf-dedup/groups.h"
#include "pf-dedup/sort_into.h"

static const char *const events[] = {
    "{\"time\":\"2026-11-21T02:00:00Z\",\"target\":\"b\",\"data\":{\"group\":"
    "\"g\",\"site\":\"f a.c:2\",\"severity\":\"LOW\",\"kind\":\"aaa\",\"why\":"
    "\"aaa\",\"input\":{\"path\":\"/z\"}}}",
    "{\"time\":\"2026-11-21T01:00:00Z\",\"target\":\"a\",\"data\":{\"group\":"
    "\"g\",\"site\":\"f a.c:1\",\"severity\":\"HIGH\",\"kind\":\"zzz\",\"why\":"
    "\"yyy\",\"input\":{\"name\":\"x\"}}}",
    "{\"time\":\"2026-11-21T03:00:00Z\",\"target\":\"b\",\"data\":{\"group\":"
    "\"g\",\"severity\":\"HIGH\",\"kind\":\"yyy\",\"why\":\"zzz\","
    "\"input\":{\"path\":\"/a\"}}}",
};

static const char want[] =
    "{\"group\":\"g\",\"site\":\"f a.c:1\",\"kind\":\"yyy\",\"severity\":"
    "\"HIGH\",\"why\":\"yyy\",\"status\":\"new\",\"count\":3,\"targets\":[\"a\","
    "\"b\"],\"fuzzers\":[],\"first_time\":\"2026-11-21T01:00:00.000Z\","
    "\"last_time\":\"2026-11-21T03:00:00.000Z\",\"example\":\"/a\"}";

static void
add(struct groups *groups, const char *text)
{
	json_t *event = json_loads(text, 0, NULL);

	assert_non_null(event);
	assert_int_equal(groups_add(groups, event), 0);
	json_decref(event);
}

static void
does_not_depend_on_the_order(void **state)
{
	static const unsigned orders[][3] = {
	    {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		struct groups groups = {0};
		struct buf text = BUF_INIT;
		struct emit e;

		for (size_t n = 0; n < 3; n++)
			add(&groups, events[orders[i][n]]);
		emit_begin(&e, &text);
		emit_object(&e, NULL);
		group_emit(&e, &groups, groups_at(&groups, 0), false, NULL);
		emit_end(&e);
		assert_string_equal(text.data, want);
		buf_release(&text);
		groups_release(&groups);
	}
}

static void
finds_each_of_many(void **state)
{
	struct groups groups = {0};
	struct buf text = BUF_INIT;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		json_t *event;

		buf_clear(&text);
		buf_addf(&text, "{\"data\":{\"group\":\"%u\"}}", i);
		event = json_loads(text.data, 0, NULL);
		assert_int_equal(groups_add(&groups, event), i);
		json_decref(event);
	}
	assert_int_equal(groups.count, 20000);
	assert_string_equal(group_name(groups_find(&groups, "777")), "777");
	assert_null(groups_find(&groups, "20000"));
	assert_int_equal(sizeof(struct group), 64);
	buf_release(&text);
	groups_release(&groups);
}

static void
names_directories_for_any_file_system(void **state)
{
	static const struct {
		const char *site, *name;
	} rows[] = {
	    {"copy_bytes chunks.c:32 < pixels_load chunks.c:65",
		"LOW-g-copy_bytes"},
	    {"ns::read file.cc:3", "LOW-g-ns_read"},
	    {"operator std::string a.cc:3", "LOW-g-operator_std_string"},
	    {"depth_of mute.c", "LOW-g-depth_of"},
	    {"count_down race.c:17 | count_up race.c:10", "LOW-g-count_down"},
	    {"dates.c:57", "LOW-g-dates.c_57"},
	    {"../../etc/passwd:1", "LOW-g-etc_passwd_1"},
	    {"a\n\xff:b*?\"<>|", "LOW-g-a_b"},
	    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	     "aaaaaaaaaaaaaaaaaaaaaaaaa",
		"LOW-g-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaa"},
	    {"", "LOW-g"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf texts = BUF_INIT, name = BUF_INIT;
		struct group g = {.rating = RATING_LOW};

		buf_add(&texts, "g", 2);
		buf_add(&texts, rows[i].site, strlen(rows[i].site) + 1);
		buf_add(&texts, "", 1);
		g.texts = texts.data;
		sort_into_name(&name, &g);
		assert_string_equal(name.data, rows[i].name);
		buf_release(&texts);
		buf_release(&name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(does_not_depend_on_the_order),
	    cmocka_unit_test(finds_each_of_many),
	    cmocka_unit_test(names_directories_for_any_file_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
