/* What pf-serve says of crashes and groups. */
#include "unit_serve.h"

#define CRASHES 40

/* Crash n is of group g(n % 4), but every fifth of none; of target t(n % 2),
 * node n(n % 3) and job j(n % 5). */
static void
add_crash(struct ingest *in, unsigned n)
{
	static const char *const severities[] = {
	    "HIGH", "CRITICAL", "LOW", "HIGH"};
	char head[128], group[80] = "\"kind\":\"abort\"", *data;

	snprintf(head, sizeof head,
	    "\"node\":\"n%u\",\"job\":\"j%u\",\"target\":\"t%u\","
	    "\"fuzzer\":\"afl++\",",
	    n % 3, n % 5, n % 2);
	if (n % 5 != 4)
		snprintf(group, sizeof group,
		    "\"group\":\"g%u\",\"severity\":\"%s\"", n % 4,
		    severities[n % 4]);
	data = mem_printf(
	    "{\"input\":{\"name\":\"id:%u\",\"xxh128\":\"%032x\","
	    "\"bytes\":%u,\"path\":\"p\"},\"signal\":6,"
	    "\"crash_type\":\"Abrt\",\"trace\":\"at line %u\","
	    "\"frames\":[{\"function\":\"f\"}],"
	    "\"replay\":{\"runs\":3,\"hits\":2,\"verdict\":\"flaky\"},%s}",
	    n, n, n, n, group);
	unit_event(in, n, "crash", head, data);
	free(data);
}

static int
fill(void **state)
{
	struct ingest *in;
	unsigned n;

	unit_set_up(state);
	in = unit_ingest(*state);
	for (n = 0; n < CRASHES; n++)
		add_crash(in, n);
	unit_commit(*state, in);
	ingest_free(in);
	return 0;
}

static void
pages_give_each_crash_once(void **state)
{
	static const struct {
		const char *query;
		size_t count;
	} lists[] = {
	    {NULL, 40},
	    {"group=g1", 8},
	    {"status=unresolved", 8},
	    {"status=new", 32},
	    {"target=t1", 20},
	    {"node=n0", 14},
	    {"job=j4", 8},
	    {"job=j4&status=unresolved", 8},
	    {"job=j4&status=new", 0},
	    {"group=g1&target=t0", 0},
	    {"group=g1&target=t1", 8},
	    {"target=t1&node=n0&job=j1&group=g1&status=new", 1},
	    {"since=2025-11-21T12:00:30Z", 10},
	    {"until=2025-11-21T12:00:30Z", 30},
	    {"since=2025-11-21T12:00:10Z&until=2025-11-21T12:00:30Z", 20},
	    {"since=2025-11-21T12:00:10Z&until=2025-11-21T12:00:30Z&node=n0",
		6},
	    {"group=no such", 0},
	};
	struct unit_ask ask = {.route = route_crashes_list};
	size_t i, count;
	int limit;

	for (i = 0; i < sizeof lists / sizeof lists[0]; i++)
		for (limit = 1; limit < 50; limit = limit * 3 + 1) {
			ask.query = lists[i].query;
			count =
			    unit_walk(*state, &ask, "crashes", "id", limit, -1);
			if (count != lists[i].count)
				fail_msg("%s: %zu", lists[i].query, count);
		}
}

static void
crashes_of_one_time_come_each_once(void **state)
{
	struct unit_ask ask = {
	    .route = route_crashes_list, .query = "node=same"};
	struct ingest *in = unit_ingest(*state);
	unsigned n;

	for (n = 0; n < 25; n++) {
		char *line =
		    mem_printf("{\"v\":1,\"id\":\"%032x\",\"time\":"
			       "\"2025-11-21T12:00:00Z\",\"type\":\"crash\","
			       "\"node\":\"same\",\"data\":{}}",
			n + 1);

		ingest_line(in, "test", n, line, strlen(line));
		free(line);
	}
	unit_commit(*state, in);
	ingest_free(in);
	assert_int_equal(unit_walk(*state, &ask, "crashes", "id", 4, -1), 25);
}

static void
a_crash_is_told_whole(void **state)
{
	struct unit_ask ask = {.route = route_crashes_show};
	char id[40];
	json_t *tree, *wanted;

	snprintf(id, sizeof id, "%012llx%020x", (long long)NOON + 7000, 7);
	ask.word = id;
	tree = unit_json(*state, 200, &ask);
	wanted = json_pack(
	    "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:{s:s,s:s,s:i,s:s,s:b},"
	    "s:{s:i,s:i,s:s},s:i,s:[{s:s}],s:s,s:{s:{s:s}}}",
	    "id", id, "time", "2025-11-21T12:00:07.000Z", "node", "n1", "job",
	    "j2", "target", "t1", "fuzzer", "afl++", "group", "g3", "status",
	    "new", "severity", "HIGH", "signal", 6, "input", "name", "id:7",
	    "path", "p", "bytes", 7, "xxh128",
	    "00000000000000000000000000000007", "kept", 0, "replay", "runs", 3,
	    "hits", 2, "verdict", "flaky", "rev", 0, "frames", "function", "f",
	    "trace", "at line 7", "extra", "data", "crash_type", "Abrt");
	assert_non_null(wanted);
	if (!json_equal(tree, wanted))
		fail_msg("%s", json_dumps(tree, 0));
	json_decref(tree);
	json_decref(wanted);
	ask.word = "no such";
	unit_refuses(*state, 404, &ask, "there is no crash 'no such'");
}

static void
groups_come_the_worst_first(void **state)
{
	static const char *const order[] = {"g1", "g0", "g3", "g2"};
	struct unit_ask ask = {.route = route_groups_list};
	json_t *tree = unit_json(*state, 200, &ask), *list, *one;
	size_t i;

	list = json_object_get(tree, "groups");
	assert_int_equal(json_array_size(list), 4);
	json_array_foreach(list, i, one)
	{
		assert_string_equal(unit_text(one, "group"), order[i]);
		assert_int_equal(unit_integer(one, "count"), 8);
		assert_string_equal(unit_text(one, "state"), "new");
	}
	assert_string_equal(unit_text(json_array_get(list, 0), "last_time"),
	    "2025-11-21T12:00:37.000Z");
	json_decref(tree);
}

/* Walks the groups, whose names are in no order, and counts. */
static void
has_groups(struct db *db, const char *query, size_t count)
{
	struct unit_ask ask = {.route = route_groups_list};
	char *next = NULL, *full;
	size_t all = 0;
	json_t *tree;

	do {
		full = mem_printf("limit=1&%s%s%s", query,
		    next == NULL ? "" : "&after=", next == NULL ? "" : next);
		ask.query = full;
		tree = unit_json(db, 200, &ask);
		all += json_array_size(json_object_get(tree, "groups"));
		free(next);
		next = json_object_get(tree, "next") == NULL
		    ? NULL
		    : mem_dup(unit_text(tree, "next"));
		json_decref(tree);
		free(full);
	} while (next != NULL);
	if (all != count)
		fail_msg("%s: %zu", query, all);
}

static void
groups_are_narrowed(void **state)
{
	has_groups(*state, "state=new", 4);
	has_groups(*state, "state=open", 0);
	has_groups(*state, "severity=HIGH", 2);
	has_groups(*state, "severity=UNRATED", 0);
	has_groups(*state, "target=t0", 2);
	has_groups(*state, "target=t1&severity=HIGH", 1);
	has_groups(*state, "since=2025-11-21T12:00:38Z", 1);
	has_groups(*state, "since=2025-11-21T12:00:35Z&target=t1", 2);
}

static void
many_groups_of_one_time_come_each_once(void **state)
{
	struct unit_ask ask = {
	    .route = route_groups_list, .query = "since=2025-11-21T13:00:00Z"};
	struct ingest *in = unit_ingest(*state);
	unsigned n;

	for (n = 0; n < 300; n++) {
		char *line = mem_printf(
		    "{\"v\":1,\"id\":\"%032x\",\"time\":"
		    "\"2025-11-21T13:00:00Z\",\"type\":\"crash\",\"data\":"
		    "{\"group\":\"many/%03u\"}}",
		    n + 1, n);

		ingest_line(in, "test", n, line, strlen(line));
		free(line);
	}
	unit_commit(*state, in);
	ingest_free(in);
	assert_int_equal(
	    unit_walk(*state, &ask, "groups", "group", 7, -1), 300);
}

static void
a_group_is_told_and_set(void **state)
{
	struct unit_ask show = {.route = route_groups_show, .word = "g3"};
	struct unit_ask patch = {.route = route_groups_patch,
	    .word = "g3",
	    .body = "{\"state\":\"fixed\"}",
	    .write = true};
	json_t *tree = unit_json(*state, 200, &show), *targets;

	targets = json_object_get(tree, "targets");
	assert_int_equal(json_array_size(targets), 1);
	assert_string_equal(
	    json_string_value(json_array_get(targets, 0)), "t1");
	assert_null(json_object_get(tree, "fixed_time"));
	json_decref(tree);
	tree = unit_json(*state, 200, &patch);
	assert_string_equal(unit_text(tree, "state"), "fixed");
	assert_string_equal(
	    unit_text(tree, "fixed_time"), "2025-11-21T12:00:00.000Z");
	json_decref(tree);
	has_groups(*state, "state=fixed", 1);
	patch.body = "{\"state\":\"regressed\"}";
	unit_refuses(*state, 400, &patch,
	    "state is not new, open, ignored or fixed: 'regressed'");
	patch.body = "{}";
	unit_refuses(*state, 400, &patch, "state is missing");
	patch.body = "{\"state\":\"open\",\"more\":1}";
	unit_refuses(*state, 400, &patch, "there is no member 'more'");
	patch.word = "nobody";
	patch.body = "{\"state\":\"open\"}";
	unit_refuses(*state, 404, &patch, "there is no group 'nobody'");
	show.word = "nobody";
	unit_refuses(*state, 404, &show, "there is no group 'nobody'");
}

static void
what_cannot_be_asked_is_refused(void **state)
{
	struct unit_ask ask = {.route = route_crashes_list};
	static const char *const refused[][2] = {
	    {"colour=red", "there is no parameter 'colour'"},
	    {"limit=0", "limit is not a count from 1 to 1000: '0'"},
	    {"limit=1001", "limit is not a count from 1 to 1000: '1001'"},
	    {"limit=-1", "limit is not a count from 1 to 1000: '-1'"},
	    {"limit=", "limit is not a count from 1 to 1000: ''"},
	    {"status=old", "there is no status 'old'"},
	    {"since=yesterday",
		"since is not a time like 2026-11-21T02:00:00Z: 'yesterday'"},
	    {"after=zz", "after is not what this list gave as next: 'zz'"},
	    /* "g 1 2 x": another list's. */
	    {"after=6720312032206a",
		"after is not what this list gave as next: '6720312032206a'"},
	};
	size_t i;

	for (i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		ask.query = refused[i][0];
		unit_refuses(*state, 400, &ask, refused[i][1]);
	}
}

static void
who_has_an_answer_is_told_so(void **state)
{
	struct unit_ask ask = {.route = route_crashes_list, .query = "limit=3"};
	struct answer first = unit_answer(*state, &ask), second;

	assert_int_equal(first.status, 200);
	assert_int_equal(strlen(first.etag), 34);
	ask.tag = first.etag;
	second = unit_answer(*state, &ask);
	assert_int_equal(second.status, 304);
	assert_int_equal(second.body.len, 0);
	assert_string_equal(first.etag, second.etag);
	answer_release(&second);
	ask.query = "limit=4";
	second = unit_answer(*state, &ask);
	assert_int_equal(second.status, 200);
	assert_string_not_equal(first.etag, second.etag);
	answer_release(&second);
	answer_release(&first);
}

static void
sql_in_any_parameter_is_a_text(void **state)
{
	static const char *const names[] = {"group", "target", "node", "job"};
	static const char *const texts[] = {"'; DROP TABLE crashes; --",
	    "g1' OR '1'='1", "\" OR \"\"=\"", "?1", "$1", "%", "\\x27",
	    "{in ?1}", "1; SELECT pg_sleep(10)"};
	struct unit_ask list = {.route = route_crashes_list};
	struct unit_ask show = {.route = route_crashes_show};
	size_t i, j;

	for (j = 0; j < sizeof texts / sizeof texts[0]; j++) {
		for (i = 0; i < sizeof names / sizeof names[0]; i++) {
			char *query = mem_printf("%s=%s", names[i], texts[j]);

			list.query = query;
			assert_int_equal(
			    unit_walk(*state, &list, "crashes", "id", 9, -1),
			    0);
			free(query);
		}
		show.word = texts[j];
		json_decref(unit_json(*state, 404, &show));
	}
	list.query = NULL;
	assert_int_equal(
	    unit_walk(*state, &list, "crashes", "id", 9, -1), CRASHES);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
#define ON_STORE(test) \
	cmocka_unit_test_setup_teardown(test, fill, unit_tear_down)
	    ON_STORE(pages_give_each_crash_once),
	    ON_STORE(crashes_of_one_time_come_each_once),
	    ON_STORE(a_crash_is_told_whole),
	    ON_STORE(groups_come_the_worst_first),
	    ON_STORE(groups_are_narrowed),
	    ON_STORE(many_groups_of_one_time_come_each_once),
	    ON_STORE(a_group_is_told_and_set),
	    ON_STORE(what_cannot_be_asked_is_refused),
	    ON_STORE(who_has_an_answer_is_told_so),
	    ON_STORE(sql_in_any_parameter_is_a_text),
	};

	if (argc > 1)
		unit_server = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
