/* Events as metrics. */
#include "unit.h"

#include <jansson.h>

#include "clock.h"
#include "event.h"
#include "mem.h"
#include "pf-stats/prometheus.h"

#define NOW INT64_C(1795226400000)

/* Adds an event of "n" and job "j" with `data` inside its braces. */
static void
add(struct prometheus *p, const char *type, int64_t ms, const char *data)
{
	struct event_head head = {
	    .type = type, .node = "n", .job = "j", .time_ms = ms};
	struct buf line = BUF_INIT, text = BUF_INIT;
	const char *why;
	json_t *e;

	buf_addf(&text, "{%s}", data);
	event_write(&line, &head, NULL, &text);
	e = event_parse(line.data, line.len, &why);
	assert_non_null(e);
	prometheus_add(p, e);
	json_decref(e);
	buf_release(&line);
	buf_release(&text);
}

/* The lines of the metric `name`, without HELP and TYPE. */
static void
series(const struct prometheus *p, const char *name, const char *expected)
{
	struct buf all = BUF_INIT, found = BUF_INIT;
	const char *line, *end;

	prometheus_text(p, NOW, &all);
	for (line = all.data; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		assert_non_null(end);
		if (strncmp(line, name, strlen(name)) == 0 &&
		    strchr("{ ", line[strlen(name)]) != NULL)
			buf_add(&found, line, (size_t)(end - line) + 1);
	}
	assert_string_equal(found.data, expected);
	buf_release(&all);
	buf_release(&found);
}

static void
of_nothing_it_says_when_it_looked(void **state)
{
	struct prometheus *p = prometheus_new();
	struct buf out = BUF_INIT;

	(void)state;
	add(p, "crash", NOW, "");
	prometheus_text(p, NOW + 250, &out);
	assert_string_equal(out.data,
	    "# HELP pf_stats_scrape_timestamp_seconds When pf-stats wrote "
	    "this.\n"
	    "# TYPE pf_stats_scrape_timestamp_seconds gauge\n"
	    "pf_stats_scrape_timestamp_seconds 1795226400.25\n");
	buf_release(&out);
	prometheus_free(p);
}

static void
the_latest_event_of_a_fuzzer_counts(void **state)
{
	struct prometheus *p = prometheus_new();

	(void)state;
	add(p, "stats", NOW, "\"instance\":\"a\",\"execs_total\":2");
	add(p, "stats", NOW - 1, "\"instance\":\"a\",\"execs_total\":1");
	add(p, "stats", NOW, "\"instance\":\"b\",\"execs_total\":9");
	add(p, "stats", NOW, "\"execs_total\":7");
	/* The same as none. */
	add(p, "stats", NOW, "\"instance\":\"\",\"execs_total\":8");
	series(p, "pf_fuzzer_execs_total",
	    "pf_fuzzer_execs_total{node=\"n\",pf_job=\"j\","
	    "fuzzer_instance=\"a\"} 2\n"
	    "pf_fuzzer_execs_total{node=\"n\",pf_job=\"j\","
	    "fuzzer_instance=\"b\"} 9\n"
	    "pf_fuzzer_execs_total{node=\"n\",pf_job=\"j\"} 8\n");
	prometheus_clear(p);
	series(p, "pf_fuzzer_execs_total", "");
	prometheus_free(p);
}

static void
what_is_not_known_is_absent(void **state)
{
	struct prometheus *p = prometheus_new();

	(void)state;
	add(p, "stats", NOW,
	    "\"execs_total\":null,\"crashes_total\":\"3\",\"hangs_total\":-1,"
	    "\"last_find_time\":\"yesterday\",\"version\":\"\"");
	series(p, "pf_fuzzer_execs_total", "");
	series(p, "pf_fuzzer_crash_inputs", "");
	series(p, "pf_fuzzer_hang_inputs", "");
	series(p, "pf_fuzzer_last_find_timestamp_seconds", "");
	series(p, "pf_fuzzer_info", "");
	series(p, "pf_fuzzer_up", "");
	prometheus_free(p);
}

/* By state and alive: whether it is up, and whether its speed counts. */
static void
a_speed_is_of_what_runs(void **state)
{
	static const struct {
		const char *data, *up, *speed;
	} rows[] = {
	    {"\"state\":\"running\",\"alive\":true", "1", "5"},
	    {"\"alive\":true", "1", "5"},
	    {"\"state\":\"running\"", "1", "5"},
	    {"\"state\":\"stale\",\"alive\":true", "1", NULL},
	    {"\"state\":\"stale\"", NULL, NULL},
	    {"\"state\":\"stopped\"", "0", NULL},
	    {"\"state\":\"dead\",\"alive\":false", "0", NULL},
	    {"\"alive\":false", "0", NULL},
	    {"\"state\":\"remote\"", NULL, NULL},
	    {"\"instance\":\"\"", NULL, NULL},
	};
	struct buf text = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct prometheus *p = prometheus_new();

		buf_clear(&text);
		buf_addf(&text, "%s,\"execs_per_second\":5", rows[i].data);
		add(p, "stats", NOW, text.data);
		buf_clear(&text);
		if (rows[i].up != NULL)
			buf_addf(&text,
			    "pf_fuzzer_up{node=\"n\",pf_job=\"j\"} %s\n",
			    rows[i].up);
		series(p, "pf_fuzzer_up", text.data);
		buf_clear(&text);
		if (rows[i].speed != NULL)
			buf_addf(&text,
			    "pf_fuzzer_execs_per_second{node=\"n\",pf_job="
			    "\"j\"} %s\n",
			    rows[i].speed);
		series(p, "pf_fuzzer_execs_per_second", text.data);
		prometheus_free(p);
	}
	buf_release(&text);
}

static void
label_values_are_escaped(void **state)
{
	struct prometheus *p = prometheus_new();

	(void)state;
	add(p, "stats", NOW,
	    "\"instance\":\"a\\\\\\\"\\nb\\u001b{}\",\"features\":1");
	series(p, "pf_fuzzer_features",
	    "pf_fuzzer_features{node=\"n\",pf_job=\"j\","
	    "fuzzer_instance=\"a\\\\\\\"\\nb\x1b{}\"} 1\n");
	prometheus_free(p);
}

/* A disk that is no longer told of is gone with the event that told it. */
static void
a_mount_is_one_series(void **state)
{
	struct prometheus *p = prometheus_new();

	(void)state;
	add(p, "resource", NOW,
	    "\"disks\":[{\"mount\":\"/\",\"free_bytes\":1},"
	    "{\"mount\":\"/\",\"free_bytes\":2},{\"mount\":\"/srv\"},"
	    "{\"free_bytes\":3}]");
	series(p, "pf_node_disk_free_bytes",
	    "pf_node_disk_free_bytes{node=\"n\",mount=\"/\"} 2\n");
	add(p, "resource", NOW,
	    "\"disks\":[{\"mount\":\"/srv\",\"free_bytes\":4}]");
	series(p, "pf_node_disk_free_bytes",
	    "pf_node_disk_free_bytes{node=\"n\",mount=\"/srv\"} 4\n");
	prometheus_free(p);
}

static void
an_alert_fires_or_is_over(void **state)
{
	struct prometheus *p = prometheus_new();

	(void)state;
	add(p, "alert", NOW, "\"name\":\"x\",\"state\":\"firing\"");
	add(p, "alert", NOW,
	    "\"name\":\"x\",\"state\":\"firing\",\"mount\":\"/\"");
	add(p, "alert", NOW, "\"name\":\"x\",\"state\":\"resolved\"");
	add(p, "alert", NOW, "\"name\":\"y\",\"state\":\"else\"");
	series(p, "pf_alert_firing",
	    "pf_alert_firing{node=\"n\",pf_job=\"j\",name=\"x\"} 0\n"
	    "pf_alert_firing{node=\"n\",pf_job=\"j\",name=\"x\",mount=\"/\"} "
	    "1\n");
	prometheus_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(of_nothing_it_says_when_it_looked),
	    cmocka_unit_test(the_latest_event_of_a_fuzzer_counts),
	    cmocka_unit_test(what_is_not_known_is_absent),
	    cmocka_unit_test(a_speed_is_of_what_runs),
	    cmocka_unit_test(label_values_are_escaped),
	    cmocka_unit_test(a_mount_is_one_series),
	    cmocka_unit_test(an_alert_fires_or_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
