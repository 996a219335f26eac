/* What pf-serve says of series, held against what went in. */
#include "unit_serve.h"

#include <math.h>

#define SAMPLES 3600

/* A sample a second of an hour, of two instances of each of two jobs. */
static int
fill(void **state)
{
	struct ingest *in;
	unsigned n;

	unit_set_up(state);
	in = unit_ingest(*state);
	for (n = 0; n < SAMPLES; n++) {
		char head[128], data[512];

		snprintf(head, sizeof head,
		    "\"node\":\"n1\",\"job\":\"j%u\",\"target\":\"t%u\","
		    "\"fuzzer\":\"afl++\",",
		    n % 2, n % 2);
		snprintf(data, sizeof data,
		    "{\"instance\":\"i%u\",\"execs_total\":%u,"
		    "\"execs_per_second\":%u.5,\"alive\":%s,"
		    "\"corpus_count\":%u,\"last_find_time\":"
		    "\"2025-11-21T12:00:00.000Z\"}",
		    n / 2 % 2, n * 10, n, n < 1800 ? "true" : "false",
		    SAMPLES - n);
		unit_event(in, n, "stats", head, data);
		snprintf(data, sizeof data,
		    "{\"instance\":\"i%u\",\"edges_found\":%u,"
		    "\"edges_new\":9007199254740991}",
		    n / 2 % 2, n);
		unit_event(in, SAMPLES + n, "coverage", head, data);
		snprintf(data, sizeof data,
		    "{\"cpu_ratio\":0.5,\"load1\":%u,\"fuzzers\":%u,"
		    "\"memory_used_bytes\":%u,\"disks\":[{\"mount\":\"/\","
		    "\"free_bytes\":%u,\"used_ratio\":0.25},"
		    "{\"mount\":\"/data\",\"free_bytes\":7}]}",
		    n, n % 7, n, SAMPLES - n);
		unit_event(
		    in, 2 * SAMPLES + n, "resource", "\"node\":\"n1\",", data);
		if (n % 500 == 499)
			unit_commit(*state, in);
	}
	unit_commit(*state, in);
	ingest_free(in);
	return 0;
}

static void
is_near(json_t *tree, const char *name, double wanted)
{
	double value = json_number_value(json_object_get(tree, name));

	if (fabs(value - wanted) > 1e-6)
		fail_msg("%s is %f, not %f", name, value, wanted);
}

/* The samples of one series, whose numbers are first, first + 4 … */
static void
check_point(json_t *point, unsigned first, unsigned count)
{
	unsigned last = first + 4 * (count - 1);

	assert_int_equal(unit_integer(point, "samples"), count);
	assert_int_equal(unit_integer(point, "execs_total"), last * 10);
	is_near(point, "execs_per_second", (first + last) / 2.0 + 0.5);
	assert_int_equal(unit_integer(point, "corpus_count"), SAMPLES - last);
	assert_true(json_boolean_value(json_object_get(point, "alive")) ==
	    (last < 1800));
	assert_string_equal(
	    unit_text(point, "last_find_time"), "2025-11-21T12:00:00.000Z");
	assert_null(json_object_get(point, "edges_found"));
}

static void
points_are_what_went_in(void **state)
{
	struct unit_ask ask = {.route = route_stats,
	    .query = "step_seconds=600&job=j1&target=t1&node=n1&fuzzer=afl++"};
	json_t *tree = unit_json(*state, 200, &ask), *list, *one, *points;
	size_t i, j;

	list = json_object_get(tree, "series");
	assert_int_equal(json_array_size(list), 2);
	json_array_foreach(list, i, one)
	{
		assert_string_equal(unit_text(one, "job"), "j1");
		assert_string_equal(
		    unit_text(one, "instance"), i == 0 ? "i0" : "i1");
		assert_int_equal(unit_integer(one, "step_seconds"), 600);
		points = json_object_get(one, "points");
		assert_int_equal(json_array_size(points), 6);
		for (j = 0; j < 6; j++)
			check_point(json_array_get(points, j),
			    (unsigned)(600 * j + 1 + 2 * i), 150);
		assert_string_equal(
		    unit_text(json_array_get(points, 1), "time"),
		    "2025-11-21T12:10:00.000Z");
	}
	assert_null(json_object_get(tree, "next"));
	json_decref(tree);
}

/* The largest number of points in a series, and how many samples they are. */
static size_t
measure(json_t *tree, json_int_t *samples)
{
	json_t *one, *points, *point;
	size_t i, j, most = 0;

	json_array_foreach(json_object_get(tree, "series"), i, one)
	{
		points = json_object_get(one, "points");
		if (json_array_size(points) > most)
			most = json_array_size(points);
		json_array_foreach(points, j, point) *samples +=
		    unit_integer(point, "samples");
	}
	return most;
}

static void
no_more_points_come_than_are_asked_for(void **state)
{
	static const int numbers[] = {2, 3, 10, 199, 200, 899, 900, 901, 2000};
	struct unit_ask ask = {.route = route_stats};
	size_t i, most;

	for (i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		char *query = mem_printf("points=%d", numbers[i]);
		json_int_t samples = 0;
		json_t *tree;

		ask.query = query;
		tree = unit_json(*state, 200, &ask);
		most = measure(tree, &samples);
		assert_true(most <= (size_t)numbers[i]);
		assert_true(
		    most >= (size_t)(numbers[i] < 900 ? numbers[i] / 2 : 450));
		assert_int_equal(samples, SAMPLES);
		json_decref(tree);
		free(query);
	}
}

static void
a_span_bounds_what_is_told(void **state)
{
	struct unit_ask ask = {.route = route_stats,
	    .query = "since=2025-11-21T12:10:00Z&until=2025-11-21T12:20:00Z"
		     "&points=2000"};
	json_int_t samples = 0;
	json_t *tree = unit_json(*state, 200, &ask);

	measure(tree, &samples);
	assert_int_equal(samples, 600);
	json_decref(tree);
	ask.query = "since=2025-11-22T12:10:00Z";
	tree = unit_json(*state, 200, &ask);
	assert_int_equal(json_array_size(json_object_get(tree, "series")), 0);
	json_decref(tree);
}

static void
series_are_read_a_page_at_a_time(void **state)
{
	struct unit_ask ask = {.route = route_stats};
	char *next = NULL;
	json_int_t samples = 0;
	int pages = 0;
	json_t *tree, *list;

	do {
		char *query = mem_printf("limit=1&points=50%s%s",
		    next == NULL ? "" : "&after=", next == NULL ? "" : next);

		ask.query = query;
		tree = unit_json(*state, 200, &ask);
		list = json_object_get(tree, "series");
		assert_int_equal(json_array_size(list), 1);
		measure(tree, &samples);
		pages++;
		free(next);
		next = json_object_get(tree, "next") == NULL
		    ? NULL
		    : mem_dup(unit_text(tree, "next"));
		json_decref(tree);
		free(query);
	} while (next != NULL);
	assert_int_equal(pages, 4);
	assert_int_equal(samples, SAMPLES);
}

static void
what_counts_new_things_is_summed(void **state)
{
	struct unit_ask ask = {
	    .route = route_coverage, .query = "step_seconds=86400&limit=1"};
	json_t *tree = unit_json(*state, 200, &ask), *point;

	point = json_array_get(
	    json_object_get(
		json_array_get(json_object_get(tree, "series"), 0), "points"),
	    0);
	assert_int_equal(unit_integer(point, "edges_found"), SAMPLES - 4);
	/* As much as a count can be, and no overflow. */
	assert_int_equal(
	    unit_integer(point, "edges_new"), INT64_C(9007199254740991));
	json_decref(tree);
}

static void
resources_come_with_disks(void **state)
{
	struct unit_ask ask = {.route = route_nodes_resources,
	    .word = "n1",
	    .query = "step_seconds=1800"};
	json_t *tree = unit_json(*state, 200, &ask), *points, *disks, *disk;

	points = json_object_get(tree, "points");
	assert_int_equal(json_array_size(points), 2);
	is_near(json_array_get(points, 0), "cpu_ratio", 0.5);
	is_near(json_array_get(points, 1), "load1", 1800 + 899.5);
	assert_int_equal(
	    unit_integer(json_array_get(points, 1), "memory_used_bytes"),
	    SAMPLES - 1);
	assert_int_equal(
	    unit_integer(json_array_get(points, 0), "fuzzers"), 1799 % 7);
	disks = json_object_get(tree, "disks");
	assert_int_equal(json_array_size(disks), 2);
	disk = json_array_get(disks, 0);
	assert_string_equal(unit_text(disk, "mount"), "/");
	disk = json_array_get(json_object_get(disk, "points"), 0);
	assert_int_equal(unit_integer(disk, "free_bytes"), SAMPLES - 1799);
	is_near(disk, "used_ratio", 0.25);
	assert_null(json_object_get(disk, "total_bytes"));
	assert_int_equal(unit_integer(disk, "samples"), 1800);
	json_decref(tree);
	ask.word = "nobody";
	unit_refuses(*state, 404, &ask, "there is no node 'nobody'");
}

static void
a_node_without_samples_has_no_points(void **state)
{
	struct unit_ask ask = {.route = route_nodes_resources, .word = "n2"};
	struct ingest *in = unit_ingest(*state);
	json_t *tree;

	unit_event(in, 40000, "node", "\"node\":\"n2\",", "{}");
	unit_commit(*state, in);
	ingest_free(in);
	tree = unit_json(*state, 200, &ask);
	assert_int_equal(json_array_size(json_object_get(tree, "points")), 0);
	assert_null(json_object_get(tree, "step_seconds"));
	json_decref(tree);
}

static void
what_cannot_be_drawn_is_refused(void **state)
{
	struct unit_ask ask = {.route = route_stats};
	static const char *const refused[][2] = {
	    {"points=1", "points is not a count from 2 to 2000: '1'"},
	    {"points=2001", "points is not a count from 2 to 2000: '2001'"},
	    {"step_seconds=0",
		"step_seconds is not a count from 1 to 316224000: '0'"},
	    {"step_seconds=1&points=2",
		"points and step_seconds do not go together"},
	    {"step_seconds=1",
		"step_seconds makes more than 2000 points of what there is"},
	    {"state=new", "there is no parameter 'state'"},
	};
	size_t i;

	for (i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		ask.query = refused[i][0];
		unit_refuses(*state, 400, &ask, refused[i][1]);
	}
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(points_are_what_went_in),
	    cmocka_unit_test(no_more_points_come_than_are_asked_for),
	    cmocka_unit_test(a_span_bounds_what_is_told),
	    cmocka_unit_test(series_are_read_a_page_at_a_time),
	    cmocka_unit_test(what_counts_new_things_is_summed),
	    cmocka_unit_test(resources_come_with_disks),
	    cmocka_unit_test(a_node_without_samples_has_no_points),
	    cmocka_unit_test(what_cannot_be_drawn_is_refused),
	};

	if (argc > 1)
		unit_server = argv[1];
	return cmocka_run_group_tests(tests, fill, unit_tear_down);
}
