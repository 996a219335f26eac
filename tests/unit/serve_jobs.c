/* What pf-serve says of jobs and nodes, and what workers tell it. */
#include "unit_serve.h"

#define LINE(name, target, more)                     \
	"{\"job\":\"" name "\",\"target\":\"" target \
	"\",\"command\":[\"./x\"]" more "}\n"

static void
submit(struct db *db, const char *lines)
{
	struct unit_ask ask = {
	    .route = route_jobs_submit, .body = lines, .write = true};

	json_decref(unit_json(db, 201, &ask));
}

/* The number of an answer's member, and whether all are accounted for. */
static void
accounts(struct db *db, int status, const char *body, int queued, int there,
    int rejected)
{
	struct unit_ask ask = {
	    .route = route_jobs_submit, .body = body, .write = true};
	json_t *tree = unit_json(db, status, &ask);

	assert_int_equal(unit_integer(tree, "queued"), queued);
	assert_int_equal(unit_integer(tree, "there"), there);
	assert_int_equal(unit_integer(tree, "rejected_count"), rejected);
	assert_int_equal(
	    json_array_size(json_object_get(tree, "rejected")), rejected);
	json_decref(tree);
}

static void
each_line_is_accounted_for(void **state)
{
	struct unit_ask ask = {
	    .route = route_jobs_submit, .body = "", .write = true};
	struct unit_ask show = {.route = route_jobs_show, .word = "one"};
	json_t *tree, *bad;

	accounts(*state, 201, LINE("a", "t", "") LINE("b", "t", ""), 2, 0, 0);
	accounts(*state, 201, LINE("a", "t", "") LINE("c", "t", ""), 1, 1, 0);
	accounts(*state, 200, LINE("a", "t", ""), 0, 1, 0);
	accounts(*state, 201,
	    "\n" LINE("d", "t", "") "{}\n" LINE("a", "other", ""), 1, 0, 3);
	accounts(*state, 422, LINE("a/b", "t", ""), 0, 0, 1);
	accounts(*state, 422, "not json", 0, 0, 1);
	/* The last line needs no newline, and an object no line. */
	accounts(*state, 201,
	    "\n{ \"job\":\"one\",\r\n  \"target\":\"a\\nb\",\n"
	    "\"command\":[\"x y\"] }\n\n",
	    1, 0, 0);
	tree = unit_json(*state, 200, &show);
	assert_string_equal(unit_text(tree, "target"), "a\nb");
	json_decref(tree);
	unit_refuses(*state, 400, &ask, "there is no job in the body");
	ask.body = "\n\n{\"job\":1}\n";
	tree = unit_json(*state, 422, &ask);
	bad = json_array_get(json_object_get(tree, "rejected"), 0);
	assert_int_equal(unit_integer(bad, "line"), 1);
	assert_non_null(unit_text(bad, "reason"));
	json_decref(tree);
}

static void
many_lines_are_queued_in_parts(void **state)
{
	struct buf lines = BUF_INIT;
	struct unit_ask list = {.route = route_jobs_list};
	int i;

	for (i = 0; i < 1234; i++)
		buf_addf(&lines, LINE("job-%04d", "t%d", ""), i, i % 3);
	accounts(*state, 201, lines.data, 1234, 0, 0);
	accounts(*state, 200, lines.data, 0, 1234, 0);
	assert_int_equal(unit_walk(*state, &list, "jobs", "job", 100, 1), 1234);
	list.query = "target=t1";
	assert_int_equal(unit_walk(*state, &list, "jobs", "job", 17, 1), 411);
	list.query = "target=t1&state=queued";
	assert_int_equal(unit_walk(*state, &list, "jobs", "job", 17, 1), 411);
	list.query = "state=running";
	assert_int_equal(unit_walk(*state, &list, "jobs", "job", 17, 1), 0);
	buf_release(&lines);
}

static json_t *
claim(struct db *db, int status, const char *node, const char *body)
{
	struct unit_ask ask = {.route = route_jobs_claim,
	    .body = body,
	    .node = node,
	    .write = true};

	return unit_json(db, status, &ask);
}

static void
a_job_goes_its_way(void **state)
{
	struct unit_ask ask = {.write = true, .word = "a", .node = "n1"};
	json_t *tree;

	submit(*state, LINE("a", "t", ",\"tier\":\"quick\""));
	tree = claim(
	    *state, 200, "n1", "{\"tiers\":[\"quick\"],\"lease_seconds\":60}");
	assert_string_equal(unit_text(tree, "job"), "a");
	assert_int_equal(unit_integer(tree, "epoch"), 1);
	assert_string_equal(
	    unit_text(tree, "lease_until"), "2025-11-21T12:01:00.000Z");
	assert_string_equal(
	    unit_text(json_object_get(tree, "spec"), "tier"), "quick");
	json_decref(tree);
	assert_null(claim(*state, 204, "n1", "{}"));

	ask.route = route_jobs_renew;
	ask.body = "{\"epoch\":1,\"lease_seconds\":120}";
	tree = unit_json(*state, 200, &ask);
	assert_string_equal(unit_text(tree, "answer"), "done");
	assert_string_equal(
	    unit_text(tree, "lease_until"), "2025-11-21T12:02:00.000Z");
	json_decref(tree);

	ask.route = route_jobs_fail;
	ask.body = "{\"epoch\":1,\"reason\":\"no disk\"}";
	json_decref(unit_json(*state, 200, &ask));
	/* An old epoch, whoever says it, has nothing to say any more. */
	tree = unit_json(*state, 409, &ask);
	assert_string_equal(unit_text(tree, "answer"), "lost");
	json_decref(tree);

	json_decref(claim(*state, 200, "n1", ""));
	ask.route = route_jobs_finish;
	ask.body = "{\"epoch\":3,\"state\":\"timed_out\"}";
	json_decref(unit_json(*state, 200, &ask));
	ask.route = route_jobs_show;
	ask.body = NULL;
	ask.write = false;
	tree = unit_json(*state, 200, &ask);
	assert_string_equal(unit_text(tree, "state"), "timed_out");
	assert_int_equal(unit_integer(tree, "attempt"), 2);
	json_decref(tree);
}

static void
whoever_has_a_cancelled_job_learns_of_it(void **state)
{
	struct unit_ask ask = {.route = route_jobs_cancel,
	    .word = "a",
	    .body = "{\"reason\":\"not wanted\"}",
	    .write = true};
	json_t *tree;

	submit(*state, LINE("a", "t", ""));
	json_decref(claim(*state, 200, "n1", ""));
	json_decref(unit_json(*state, 200, &ask));
	ask.route = route_jobs_renew;
	ask.body = "{\"epoch\":1}";
	ask.node = "n1";
	tree = unit_json(*state, 409, &ask);
	assert_string_equal(unit_text(tree, "answer"), "cancelled");
	assert_non_null(unit_text(tree, "error"));
	json_decref(tree);
	ask.route = route_jobs_cancel;
	ask.body = NULL;
	ask.node = NULL;
	tree = unit_json(*state, 409, &ask);
	json_decref(tree);
	ask.word = "nothing";
	tree = unit_json(*state, 404, &ask);
	assert_string_equal(unit_text(tree, "answer"), "unknown");
	json_decref(tree);
}

static void
a_node_speaks_for_itself_alone(void **state)
{
	struct unit_ask ask = {.route = route_jobs_claim,
	    .body = "{\"node\":\"n2\"}",
	    .node = "n1",
	    .write = true};
	json_t *tree;

	submit(*state, LINE("a", "t", ""));
	unit_refuses(
	    *state, 403, &ask, "node 'n1' does not claim for node 'n2'");
	ask.node = "n2";
	json_decref(unit_json(*state, 200, &ask));
	ask.route = route_jobs_finish;
	ask.word = "a";
	ask.body = "{\"epoch\":1}";
	ask.node = "n1";
	unit_refuses(*state, 403, &ask, "job 'a' is another node's");
	/* Who held it before learns that it is lost. */
	ask.body = "{\"epoch\":0}";
	tree = unit_json(*state, 409, &ask);
	assert_string_equal(unit_text(tree, "answer"), "lost");
	json_decref(tree);
	ask.body = "{\"epoch\":1}";
	ask.node = NULL;
	json_decref(unit_json(*state, 200, &ask));
	ask.route = route_jobs_claim;
	ask.body = "{}";
	unit_refuses(*state, 400, &ask, "node is missing");
}

static void
a_body_that_is_none_is_refused(void **state)
{
	static const char *const refused[][2] = {
	    {"[]", "the body is no object"},
	    {"{\"epoch\":1", NULL},
	    {"{\"epoch\":1}x", NULL},
	    {"{\"epoch\":1,\"epoch\":1}", NULL},
	    {"{\"epoch\":\"1\"}",
		"epoch is not a count from 0 to 9223372036854775807"},
	    {"{\"epoch\":-1}",
		"epoch is not a count from 0 to 9223372036854775807"},
	    {"{\"epoch\":1.0}",
		"epoch is not a count from 0 to 9223372036854775807"},
	    {"{}", "epoch is missing"},
	    {"", "epoch is missing"},
	    {"{\"epoch\":1,\"a'; --\":1}", "there is no member 'a'; --'"},
	    {"{\"epoch\":1,\"state\":\"asleep\"}",
		"state is not finished, failed or timed_out: 'asleep'"},
	    {"{\"epoch\":1,\"reason\":\"\"}",
		"reason is not a text of 1 to 4096 bytes"},
	    {"{\"epoch\":1,\"reason\":\"\\u0000\"}", NULL},
	    {"{\"epoch\":1,\"reason\":[[[[[[[[[[]]]]]]]]]]}", NULL},
	};
	struct unit_ask ask = {
	    .route = route_jobs_finish, .word = "a", .write = true};
	size_t i;

	for (i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		ask.body = refused[i][0];
		if (refused[i][1] != NULL)
			unit_refuses(*state, 400, &ask, refused[i][1]);
		else
			json_decref(unit_json(*state, 400, &ask));
	}
	ask.route = route_jobs_claim;
	ask.body = "{\"node\":\"n\",\"tiers\":[\"a\",1]}";
	unit_refuses(*state, 400, &ask, "tiers is not a list of names");
	ask.body = "{\"node\":\"n\",\"lease_seconds\":0}";
	unit_refuses(
	    *state, 400, &ask, "lease_seconds is not a count from 1 to 604800");
}

static void
sql_in_any_member_is_a_text(void **state)
{
	static const char *const texts[] = {"'; DROP TABLE jobs; --",
	    "x' OR '1'='1", "?1", "$1", "{in ?1}", "%s%n"};
	struct unit_ask list = {.route = route_jobs_list};
	size_t i;

	submit(*state, LINE("a", "t", ",\"capabilities\":[\"asan\"]"));
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		char *body = mem_printf("{\"node\":\"%s\",\"capabilities\":"
					"[\"%s\"],\"tiers\":[\"%s\"]}",
		    texts[i], texts[i], texts[i]);

		assert_null(claim(*state, 204, NULL, body));
		free(body);
		body = mem_printf("{\"epoch\":0,\"reason\":\"%s\"}", texts[i]);
		json_decref(unit_json(*state, 409,
		    &(struct unit_ask){.route = route_jobs_fail,
			.word = "a",
			.body = body,
			.write = true}));
		free(body);
		body = mem_printf("target=%s&node=%s", texts[i], texts[i]);
		list.query = body;
		assert_int_equal(
		    unit_walk(*state, &list, "jobs", "job", 9, 1), 0);
		free(body);
	}
	list.query = NULL;
	assert_int_equal(unit_walk(*state, &list, "jobs", "job", 9, 1), 1);
}

static void
nodes_tell_what_they_can_and_do(void **state)
{
	struct unit_ask list = {.route = route_nodes_list};
	struct unit_ask show = {.route = route_nodes_show, .word = "n07"};
	struct ingest *in = unit_ingest(*state);
	json_t *tree, *one, *same;
	unsigned n;

	for (n = 0; n < 30; n++) {
		char head[64], data[128];

		snprintf(head, sizeof head, "\"node\":\"n%02u\",", n);
		snprintf(data, sizeof data,
		    "{\"version\":\"1\",\"cpus\":%u,\"memory_bytes\":64%s}",
		    n + 1, n % 2 == 0 ? "" : ",\"capabilities\":[\"b\",\"a\"]");
		unit_event(in, n, "node", head, data);
	}
	unit_commit(*state, in);
	ingest_free(in);
	submit(*state, LINE("a", "t", "") LINE("b", "t", ""));
	json_decref(claim(*state, 200, "n07", ""));
	json_decref(claim(*state, 200, "n07", ""));
	assert_int_equal(unit_walk(*state, &list, "nodes", "node", 7, 1), 30);

	list.query = "limit=8";
	tree = unit_json(*state, 200, &list);
	one = json_array_get(json_object_get(tree, "nodes"), 7);
	same = json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:i,s:[s,s]}", "node",
	    "n07", "first_seen", "2025-11-21T12:00:07.000Z", "last_seen",
	    "2025-11-21T12:00:07.000Z", "told_time", "2025-11-21T12:00:07.000Z",
	    "version", "1", "cpus", 8, "memory_bytes", 64, "jobs_count", 2,
	    "capabilities", "a", "b");
	assert_true(json_equal(one, same));
	json_decref(tree);
	json_decref(same);

	tree = unit_json(*state, 200, &show);
	one = json_array_get(json_object_get(tree, "jobs"), 1);
	assert_string_equal(unit_text(one, "job"), "b");
	assert_string_equal(unit_text(one, "state"), "assigned");
	assert_int_equal(
	    json_array_size(json_object_get(tree, "capabilities")), 2);
	json_decref(tree);
	show.word = "n99";
	unit_refuses(*state, 404, &show, "there is no node 'n99'");
	list.route = route_jobs_list;
	list.query = "node=n07";
	assert_int_equal(unit_walk(*state, &list, "jobs", "job", 1, 1), 2);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
#define ON_STORE(test) \
	cmocka_unit_test_setup_teardown(test, unit_set_up, unit_tear_down)
	    ON_STORE(each_line_is_accounted_for),
	    ON_STORE(many_lines_are_queued_in_parts),
	    ON_STORE(a_job_goes_its_way),
	    ON_STORE(whoever_has_a_cancelled_job_learns_of_it),
	    ON_STORE(a_node_speaks_for_itself_alone),
	    ON_STORE(a_body_that_is_none_is_refused),
	    ON_STORE(sql_in_any_member_is_a_text),
	    ON_STORE(nodes_tell_what_they_can_and_do),
	};

	if (argc > 1)
		unit_server = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
