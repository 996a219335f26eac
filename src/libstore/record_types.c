/* The event types that have tables, and their fields: pf-events(5). */
#include "base64.h"
#include "hash.h"
#include "ingest_store.h"
#include "record.h"

#define COLUMN(name, kind)                    \
	{                                     \
		name, name, kind, NULL, false \
	}
#define NEEDED(name, kind)                   \
	{                                    \
		name, name, kind, NULL, true \
	}
#define CHOICE(name, texts, needed)                   \
	{                                             \
		name, name, FIELD_TEXT, texts, needed \
	}
#define RENAMED(name, column, kind)             \
	{                                       \
		name, column, kind, NULL, false \
	}
#define FIELDS_END                                 \
	{                                          \
		NULL, NULL, FIELD_ANY, NULL, false \
	}

static const char *const severities[] = {
    "CRITICAL", "HIGH", "MEDIUM", "LOW", NULL};
static const char *const crash_statuses[] = {
    "new", "known", "unresolved", NULL};
static const char *const alert_states[] = {"firing", "resolved", NULL};
static const char *const job_states[] = {"starting", "running", "restarting",
    "stopping", "finished", "failed", "timed_out", "cancelled", NULL};

static const struct field node_fields[] = {
    RENAMED("version", NULL, FIELD_TEXT),
    RENAMED("capabilities", NULL, FIELD_ARRAY),
    RENAMED("cpus", NULL, FIELD_COUNT),
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
    RENAMED("instance", NULL, FIELD_TEXT),
    COLUMN("alive", FIELD_BOOLEAN),
    COLUMN("pid", FIELD_COUNT),
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
    RENAMED("instance", NULL, FIELD_TEXT),
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
    RENAMED("instance", NULL, FIELD_TEXT),
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
    RENAMED("group", "group_key", FIELD_TEXT),
    RENAMED("input.xxh128", "artifact", FIELD_HASH),
    RENAMED("input.name", "input_name", FIELD_TEXT),
    RENAMED("input.path", "input_path", FIELD_TEXT),
    RENAMED("input.bytes", NULL, FIELD_COUNT),
    RENAMED("input.content", NULL, FIELD_TEXT),
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
    RENAMED("replay.runs", "replay_runs", FIELD_COUNT),
    RENAMED("replay.hits", "replay_hits", FIELD_COUNT),
    RENAMED("replay.verdict", "replay_verdict", FIELD_TEXT),
    COLUMN("command", FIELD_ARRAY),
    COLUMN("env", FIELD_OBJECT),
    COLUMN("build_id", FIELD_TEXT),
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
    NEEDED("name", FIELD_TEXT),
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

static const char *
check_content(const struct record *r, const char *hash)
{
	const char *content = record_text(r, "input.content");
	const struct field_value *bytes = record_value(r, "input.bytes");
	struct buf decoded = BUF_INIT;
	const char *why = NULL;
	char hex[HASH_TEXT];

	if (!base64_decode(&decoded, content, strlen(content)))
		why = "data.input.content is not base64";
	else if (bytes->type != VALUE_NONE &&
	    (uint64_t)bytes->integer != decoded.len)
		why = "data.input.content is not data.input.bytes long";
	hash_bytes(decoded.data, decoded.len, hex);
	if (why == NULL && strcmp(hex, hash) != 0)
		why = "data.input.content has another hash than it says";
	buf_release(&decoded);
	return why;
}

/* A crash without a group is unresolved, whatever was said of it. */
static void
settle_status(struct record *r, bool grouped)
{
	struct field_value *status = r->values;
	const struct field *f;

	for (f = r->type->fields; strcmp(f->name, "status") != 0; f++)
		status++;
	if (!grouped)
		status->text = "unresolved";
	else if (status->type == VALUE_NONE)
		status->text = "new";
	status->type = VALUE_TEXT;
}

static const char *
check_crash(struct record *r)
{
	const char *hash = record_text(r, "input.xxh128");
	const char *group = record_text(r, "group");
	const char *status = record_text(r, "status");

	if (group != NULL && *group == '\0')
		return "data.group is empty";
	if (group != NULL && status != NULL &&
	    strcmp(status, "unresolved") == 0)
		return "an unresolved crash has a group";
	settle_status(r, group != NULL);
	if (record_text(r, "input.content") == NULL)
		return NULL;
	return hash == NULL ? "data.input.xxh128 is missing"
			    : check_content(r, hash);
}

const struct record_type record_types[] = {
    {"node", NULL, 0, node_fields, NULL, check_node, ingest_node, NULL},
    {"job", "job_states", RECORD_JOB | RECORD_NODE | RECORD_TIME, job_fields,
	NULL, check_job, ingest_job, NULL},
    {"stats", "stats", RECORD_SERIES | RECORD_TIME, stats_fields, NULL, NULL,
	ingest_row, NULL},
    {"coverage", "coverage", RECORD_SERIES | RECORD_TIME, coverage_fields, NULL,
	NULL, ingest_row, NULL},
    {"corpus", "corpus", RECORD_SERIES | RECORD_TIME, corpus_fields,
	&corpus_added, NULL, ingest_row, NULL},
    {"crash", "crashes", RECORD_TIME, crash_fields, NULL, check_crash,
	ingest_crash, ingest_crash_forget},
    {"resource", "resources", RECORD_NODE | RECORD_TIME, resource_fields,
	&resource_disks, NULL, ingest_row, NULL},
    {"alert", "alerts", RECORD_NODE | RECORD_TIME, alert_fields, NULL, NULL,
	ingest_row, NULL},
    {NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL},
};
