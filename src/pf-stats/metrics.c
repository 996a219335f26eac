/*
 * One row a metric. Base units, and `_total` on counters alone, as `promtool
 * check metrics` wants them; it takes `_count` at the end for a histogram's.
 * What is counted from files that a person may remove is a gauge.
 */
#include "metrics.h"

#include <jansson.h>

#include "subject.h"

static bool
plain(const struct metric_row *row, const char *field, double *value)
{
	return subject_number(row->values, field, value);
}

/* The last speed of what does not run is nobody's speed now. */
static bool
while_running(const struct metric_row *row, const char *field, double *value)
{
	return strcmp(subject_state(row->event), "running") == 0 &&
	    plain(row, field, value);
}

static bool
moment(const json_t *object, const char *field, double *value)
{
	int64_t ms;

	if (!subject_time(object, field, &ms))
		return false;
	*value = (double)ms / 1000;
	return true;
}

static bool
time_in_data(const struct metric_row *row, const char *field, double *value)
{
	return moment(row->values, field, value);
}

static bool
time_of_event(const struct metric_row *row, const char *field, double *value)
{
	return moment(row->event, field, value);
}

static bool
is_up(const struct metric_row *row, const char *field, double *value)
{
	const json_t *alive = json_object_get(row->values, field);
	const char *state = subject_state(row->event);

	*value = json_is_boolean(alive) ? json_is_true(alive)
					: strcmp(state, "running") == 0;
	return json_is_boolean(alive) || *value != 0 ||
	    strcmp(state, "stopped") == 0 || strcmp(state, "dead") == 0;
}

static bool
is_state(const struct metric_row *row, const char *field, double *value)
{
	*value = strcmp(subject_state(row->event), field) == 0;
	return true;
}

static const char *
field_itself(const struct metric_row *row, const char *field)
{
	(void)row;
	return field;
}

static bool
is_there(const struct metric_row *row, const char *field, double *value)
{
	*value = 1;
	return subject_text(row->values, field) != NULL;
}

static const char *
text_in_data(const struct metric_row *row, const char *field)
{
	return subject_text(row->values, field);
}

static bool
is_firing(const struct metric_row *row, const char *field, double *value)
{
	const char *state = subject_text(row->values, field);

	*value = state != NULL && strcmp(state, "firing") == 0;
	return *value != 0 || (state != NULL && strcmp(state, "resolved") == 0);
}

#define FUZZER(name, help, field, value)                                     \
	{                                                                    \
		"pf_fuzzer_" name, false, METRIC_FUZZER, help, field, value, \
		    NULL, NULL                                               \
	}
#define FUZZER_COUNTER(name, help, field)                                   \
	{                                                                   \
		"pf_fuzzer_" name, true, METRIC_FUZZER, help, field, plain, \
		    NULL, NULL                                              \
	}
#define STATE(state)                                                                \
	{                                                                           \
		"pf_fuzzer_state", false, METRIC_FUZZER,                            \
		    "1 for the state that the fuzzer process is in, 0 for others.", \
		    state, is_state, "state", field_itself                          \
	}
#define NODE(name, help, field)                                                \
	{                                                                      \
		"pf_node_" name, false, METRIC_NODE, help, field, plain, NULL, \
		    NULL                                                       \
	}
#define DISK(name, help, field)                                               \
	{                                                                     \
		"pf_node_disk_" name, false, METRIC_DISK, help, field, plain, \
		    NULL, NULL                                                \
	}

/* clang-format off */
const struct metric metrics[] = {
	STATE("running"), STATE("stale"), STATE("stopped"), STATE("dead"),
	STATE("remote"), STATE("unknown"),
	FUZZER("up", "Whether the fuzzer process runs.", "alive", is_up),
	{"pf_fuzzer_info", false, METRIC_FUZZER, "1; the fuzzer's version.",
	    "version", is_there, "version", text_in_data},
	FUZZER("stats_timestamp_seconds", "When the fuzzer told its numbers.",
	    "time", time_of_event),
	FUZZER_COUNTER("run_seconds_total",
	    "Time that it has run, as the fuzzer counts.", "run_seconds"),
	FUZZER_COUNTER("execs_total", "Executions of the target.",
	    "execs_total"),
	FUZZER("execs_per_second",
	    "Executions of the target a second, of a process that runs.",
	    "execs_per_second", while_running),
	FUZZER("corpus_inputs", "Testcases in the corpus.", "corpus_count",
	    plain),
	FUZZER("corpus_bytes", "Size of the corpus.", "corpus_bytes", plain),
	FUZZER("pending_inputs", "Testcases not fuzzed yet.", "pending_count",
	    plain),
	FUZZER("crash_inputs", "Distinct inputs that crash, as files.",
	    "crashes_total", plain),
	FUZZER("hang_inputs", "Distinct inputs that took too long, as files.",
	    "hangs_total", plain),
	FUZZER("oom_inputs",
	    "Distinct inputs that took too much memory, as files.",
	    "ooms_total", plain),
	FUZZER("edges_found", "Edges reached.", "edges_found", plain),
	FUZZER("edges_instrumented", "Edges that could be reached.",
	    "edges_total", plain),
	FUZZER("coverage_ratio", "Share of the coverage map that is set.",
	    "coverage_ratio", plain),
	FUZZER("features", "Features as libFuzzer counts them.", "features",
	    plain),
	FUZZER_COUNTER("cycles_total", "Passes over the queue.",
	    "cycles_total"),
	FUZZER("stability_ratio", "Share of edges that behave alike each run.",
	    "stability_ratio", plain),
	FUZZER("last_find_timestamp_seconds",
	    "When the newest testcase was found.", "last_find_time",
	    time_in_data),
	FUZZER("peak_rss_bytes", "Largest resident size.", "peak_rss_bytes",
	    plain),
	NODE("cpu_ratio", "Share of all processors' time that was used.",
	    "cpu_ratio"),
	NODE("load1", "Load average over a minute.", "load1"),
	NODE("memory_size_bytes", "Memory of the machine.",
	    "memory_total_bytes"),
	NODE("memory_used_bytes", "Memory in use.", "memory_used_bytes"),
	NODE("memory_available_bytes", "Memory that could still be had.",
	    "memory_available_bytes"),
	NODE("swap_used_bytes", "Swap in use.", "swap_used_bytes"),
	NODE("processes", "Processes.", "processes"),
	NODE("fuzzers", "Fuzzer processes.", "fuzzers"),
	NODE("zombies", "Processes that ended and nobody waits for.",
	    "zombies"),
	NODE("orphans", "Fuzzer processes that nobody supervises.",
	    "orphans"),
	{"pf_node_resource_timestamp_seconds", false, METRIC_NODE,
	    "When the machine was looked at.", "time", time_of_event, NULL,
	    NULL},
	DISK("size_bytes", "Size of the file system.", "total_bytes"),
	DISK("used_bytes", "Space in use.", "used_bytes"),
	DISK("free_bytes", "Space that is free to users.", "free_bytes"),
	DISK("used_ratio", "Share of the space in use.", "used_ratio"),
	DISK("inodes_used_ratio", "Share of the inodes in use.",
	    "inodes_used_ratio"),
	{"pf_alert_firing", false, METRIC_ALERT,
	    "1 while the alert fires, 0 when it has just been resolved.",
	    "state", is_firing, NULL, NULL},
	{NULL, false, METRIC_SOURCES, NULL, NULL, NULL, NULL, NULL},
};
/* clang-format on */
