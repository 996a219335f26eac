/* The event types that have tables, and their fields: pf-events(5). */
#include "artifact.h"
#include "ingest_store.h"
#include "record.h"

/* clang-format off */
#define COLUMN(name, kind) {NULL, name, name, kind, NULL, false}
#define NEEDED(name, kind) {NULL, name, name, kind, NULL, true}
#define CHOICE(name, texts, needed) \
	{NULL, name, name, FIELD_TEXT, texts, needed}
#define RENAMED(name, column, kind) {NULL, name, column, kind, NULL, false}
#define INNER(object, name, column, kind) \
	{object, name, column, kind, NULL, false}
#define FIELDS_END {NULL, NULL, NULL, FIELD_ANY, NULL, false}
/* clang-format on */

static const char *const severities[] = {
    "CRITICAL", "HIGH", "MEDIUM", "LOW", NULL};
static const char *const crash_statuses[] = {
    "new", "known", "unresolved", NULL};
static const char *const alert_states[] = {"firing", "resolved", NULL};
static const char *const job_states[] = {"starting", "running", "restarting",
    "stopping", "finished", "failed", "timed_out", "cancelled", NULL};

static const struct field node_fields[] = {
    RENAMED("version", NULL, FIELD_TEXT),
    RENAMED("capabilities", NULL, FIELD_NAMES),
    RENAMED("cpus", NULL, FIELD_POSITIVE),
    RENAMED("memory_bytes", NULL, FIELD_COUNT),
    FIELDS_END,
};

static const struct field job_fields[] = {
    CHOICE("state", job_states, true),
    COLUMN("reason", FIELD_TEXT),
    COLUMN("command", FIELD_ARRAY),
    COLUMN("attempt", FIELD_COUNT),
    COLUMN("restarts", FIELD_COUNT),
    COLUMN("exit_code", FIELD_INTEGER),
    COLUMN("signal", FIELD_INTEGER),
    COLUMN("duration_seconds", FIELD_AMOUNT),
    COLUMN("cpu_seconds", FIELD_AMOUNT),
    COLUMN("peak_rss_bytes", FIELD_COUNT),
    COLUMN("blocked_by", FIELD_ANY),
    FIELDS_END,
};

static const struct field stats_fields[] = {
    RENAMED("instance", NULL, FIELD_LABEL),
    COLUMN("alive", FIELD_BOOLEAN),
    COLUMN("pid", FIELD_POSITIVE),
    COLUMN("run_seconds", FIELD_AMOUNT),
    COLUMN("execs_total", FIELD_COUNT),
    COLUMN("execs_per_second", FIELD_AMOUNT),
    COLUMN("corpus_count", FIELD_COUNT),
    COLUMN("corpus_bytes", FIELD_COUNT),
    COLUMN("crashes_total", FIELD_COUNT),
    COLUMN("hangs_total", FIELD_COUNT),
    COLUMN("ooms_total", FIELD_COUNT),
    COLUMN("edges_found", FIELD_COUNT),
    COLUMN("edges_total", FIELD_COUNT),
    COLUMN("coverage_ratio", FIELD_RATIO),
    COLUMN("features", FIELD_COUNT),
    COLUMN("cycles_total", FIELD_COUNT),
    COLUMN("pending_count", FIELD_COUNT),
    COLUMN("stability_ratio", FIELD_RATIO),
    COLUMN("last_find_time", FIELD_TIME),
    COLUMN("peak_rss_bytes", FIELD_COUNT),
    COLUMN("version", FIELD_TEXT),
    FIELDS_END,
};

static const struct field coverage_fields[] = {
    RENAMED("instance", NULL, FIELD_LABEL),
    COLUMN("edges_found", FIELD_COUNT),
    COLUMN("edges_total", FIELD_COUNT),
    COLUMN("edges_new", FIELD_COUNT),
    COLUMN("lines_covered", FIELD_COUNT),
    COLUMN("lines_total", FIELD_COUNT),
    COLUMN("functions_covered", FIELD_COUNT),
    COLUMN("functions_total", FIELD_COUNT),
    COLUMN("regions_covered", FIELD_COUNT),
    COLUMN("regions_total", FIELD_COUNT),
    FIELDS_END,
};

static const struct field corpus_fields[] = {
    RENAMED("instance", NULL, FIELD_LABEL),
    COLUMN("count", FIELD_COUNT),
    COLUMN("bytes", FIELD_COUNT),
    FIELDS_END,
};

static const struct field corpus_added_fields[] = {
    COLUMN("name", FIELD_TEXT),
    COLUMN("bytes", FIELD_COUNT),
    COLUMN("xxh128", FIELD_HASH),
    RENAMED("from", "origin", FIELD_ANY),
    RENAMED("op", "operation", FIELD_ANY),
    FIELDS_END,
};

static const struct record_list corpus_added = {
    "added", "corpus_added", corpus_added_fields};

static const struct field crash_fields[] = {
    RENAMED("group", "group_key", FIELD_NAME),
    INNER("input", "xxh128", "artifact", FIELD_HASH),
    INNER("input", "name", "input_name", FIELD_TEXT),
    INNER("input", "path", "input_path", FIELD_TEXT),
    INNER("input", "bytes", NULL, FIELD_COUNT),
    INNER("input", "content", NULL, FIELD_BASE64),
    COLUMN("kind", FIELD_TEXT),
    COLUMN("access", FIELD_TEXT),
    COLUMN("access_bytes", FIELD_COUNT),
    COLUMN("address", FIELD_ANY),
    COLUMN("signal", FIELD_INTEGER),
    COLUMN("exit_code", FIELD_INTEGER),
    COLUMN("sanitizer", FIELD_TEXT),
    COLUMN("frames", FIELD_ARRAY),
    COLUMN("trace", FIELD_TEXT),
    COLUMN("site", FIELD_TEXT),
    COLUMN("stack", FIELD_ANY),
    COLUMN("site_linefree", FIELD_TEXT),
    COLUMN("rules", FIELD_ANY),
    CHOICE("severity", severities, false),
    COLUMN("why", FIELD_TEXT),
    INNER("replay", "runs", "replay_runs", FIELD_COUNT),
    INNER("replay", "hits", "replay_hits", FIELD_COUNT),
    INNER("replay", "verdict", "replay_verdict", FIELD_TEXT),
    COLUMN("command", FIELD_ARRAY),
    COLUMN("env", FIELD_OBJECT),
    COLUMN("build_id", FIELD_LABEL),
    CHOICE("status", crash_statuses, false),
    FIELDS_END,
};

static const struct field resource_fields[] = {
    COLUMN("cpu_ratio", FIELD_RATIO),
    COLUMN("load1", FIELD_AMOUNT),
    COLUMN("memory_total_bytes", FIELD_COUNT),
    COLUMN("memory_used_bytes", FIELD_COUNT),
    COLUMN("memory_available_bytes", FIELD_COUNT),
    COLUMN("swap_used_bytes", FIELD_COUNT),
    COLUMN("processes", FIELD_COUNT),
    COLUMN("fuzzers", FIELD_COUNT),
    COLUMN("zombies", FIELD_COUNT),
    COLUMN("orphans", FIELD_COUNT),
    FIELDS_END,
};

static const struct field disk_fields[] = {
    COLUMN("mount", FIELD_TEXT),
    COLUMN("total_bytes", FIELD_COUNT),
    COLUMN("used_bytes", FIELD_COUNT),
    COLUMN("free_bytes", FIELD_COUNT),
    COLUMN("used_ratio", FIELD_RATIO),
    COLUMN("inodes_used_ratio", FIELD_RATIO),
    FIELDS_END,
};

static const struct record_list resource_disks = {
    "disks", "resource_disks", disk_fields};

static const struct field alert_fields[] = {
    NEEDED("name", FIELD_NAME),
    COLUMN("severity", FIELD_TEXT),
    COLUMN("value", FIELD_NUMBER),
    COLUMN("threshold", FIELD_NUMBER),
    COLUMN("message", FIELD_TEXT),
    CHOICE("state", alert_states, true),
    FIELDS_END,
};

static const char *
check_node(struct record *r)
{
	return r->node == NULL ? "a node event names no node" : NULL;
}

static const char *
check_job(struct record *r)
{
	size_t i;

	if (r->job == NULL)
		return "a job event names no job";
	/* The first four states are those of a job that somebody has. */
	for (i = 0; i < 4; i++)
		if (r->node == NULL &&
		    strcmp(record_text(r, "state"), job_states[i]) == 0)
			return "a job that runs names no node";
	return NULL;
}

/* Of coverage: no more can be covered than there is. */
static const char *
check_coverage(struct record *r)
{
	static const char *const pairs[][3] = {
	    {"lines_covered", "lines_total", "data.lines_total is too small"},
	    {"functions_covered", "functions_total",
		"data.functions_total is too small"},
	    {"regions_covered", "regions_total",
		"data.regions_total is too small"},
	};
	size_t i;

	for (i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		const struct field_value *some = record_value(r, pairs[i][0]),
					 *all = record_value(r, pairs[i][1]);

		if (some->type != VALUE_NONE && all->type != VALUE_NONE &&
		    some->is.integer > all->is.integer)
			return pairs[i][2];
	}
	return NULL;
}

static const char *
check_content(const struct record *r, const char *hash)
{
	const struct field_value *content = record_value(r, "input.content");
	const struct field_value *bytes = record_value(r, "input.bytes");
	char hex[HASH_TEXT];
	uint64_t n;

	if (!artifact_measure(content->is.text, content->len, hex, &n))
		return "data.input.content is not base64";
	if (bytes->type != VALUE_NONE && (uint64_t)bytes->is.integer != n)
		return "data.input.content is not data.input.bytes long";
	if (strcmp(hex, hash) != 0)
		return "data.input.content has another hash than it says";
	return NULL;
}

/* A crash without a group is unresolved, whatever was said of it. */
static void
settle_status(struct record *r, bool grouped)
{
	struct field_value *status = r->values;
	const struct field *f;

	for (f = r->type->fields; strcmp(f->name, "status") != 0; f++)
		status++;
	if (grouped && status->type != VALUE_NONE)
		return;
	status->type = VALUE_TEXT;
	status->is.text = grouped ? "new" : "unresolved";
	status->len = (uint32_t)strlen(status->is.text);
}

static const char *
check_replay(const struct record *r)
{
	const struct field_value *runs = record_value(r, "replay.runs"),
				 *hits = record_value(r, "replay.hits");

	if (runs->type != VALUE_NONE && hits->type != VALUE_NONE &&
	    hits->is.integer > runs->is.integer)
		return "data.replay.hits is more than data.replay.runs";
	return NULL;
}

static const char *
check_crash(struct record *r)
{
	const char *hash = record_text(r, "input.xxh128");
	const char *group = record_text(r, "group");
	const char *status = record_text(r, "status"), *why;

	if (group != NULL && status != NULL &&
	    strcmp(status, "unresolved") == 0)
		return "an unresolved crash has a group";
	settle_status(r, group != NULL);
	if ((why = check_replay(r)) != NULL)
		return why;
	if (record_text(r, "input.content") == NULL)
		return NULL;
	return hash == NULL ? "data.input.xxh128 is missing"
			    : check_content(r, hash);
}

static const struct rollup_rule stats_rollup[] = {
    {"execs_per_second", ROLLUP_MEAN},
    {"peak_rss_bytes", ROLLUP_MOST},
    {NULL, ROLLUP_MEAN},
};
static const struct rollup_rule coverage_rollup[] = {
    {"edges_new", ROLLUP_SUM},
    {NULL, ROLLUP_MEAN},
};
static const struct rollup_rule corpus_rollup[] = {{NULL, ROLLUP_MEAN}};
static const struct rollup_rule resource_rollup[] = {
    {"cpu_ratio", ROLLUP_MEAN},
    {"load1", ROLLUP_MEAN},
    {"memory_used_bytes", ROLLUP_MOST},
    {"swap_used_bytes", ROLLUP_MOST},
    {"zombies", ROLLUP_MOST},
    {"orphans", ROLLUP_MOST},
    {NULL, ROLLUP_MEAN},
};

const struct record_type record_types[] = {
    {"stats", "stats", RECORD_SERIES | RECORD_TIME, stats_fields, NULL,
	stats_rollup, NULL, NULL, NULL, NULL},
    {"coverage", "coverage", RECORD_SERIES | RECORD_TIME, coverage_fields, NULL,
	coverage_rollup, check_coverage, NULL, NULL, NULL},
    {"corpus", "corpus", RECORD_SERIES | RECORD_TIME, corpus_fields,
	&corpus_added, corpus_rollup, NULL, NULL, NULL, NULL},
    {"crash", "crashes", RECORD_TIME | RECORD_NODE | RECORD_JOB | RECORD_TARGET,
	crash_fields, NULL, NULL, check_crash, ingest_crash_before,
	ingest_crash_after, ingest_crash_forget},
    {"job", "job_states", RECORD_JOB | RECORD_NODE | RECORD_TIME, job_fields,
	NULL, NULL, check_job, NULL, ingest_job_after, NULL},
    {"node", NULL, 0, node_fields, NULL, NULL, check_node, NULL,
	ingest_node_after, NULL},
    {"resource", "resources", RECORD_NODE | RECORD_TIME, resource_fields,
	&resource_disks, resource_rollup, NULL, NULL, NULL, NULL},
    {"alert", "alerts", RECORD_NODE | RECORD_TIME, alert_fields, NULL, NULL,
	NULL, NULL, NULL, NULL},
    {NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};

const struct record_type *
record_type_of(const char *name)
{
	const struct record_type *type;

	for (type = record_types; type->name != NULL; type++)
		if (strcmp(type->name, name) == 0)
			return type;
	return NULL;
}
