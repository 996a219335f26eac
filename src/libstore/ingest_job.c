/* What nodes and jobs say about themselves. */
#include "ingest_store.h"

static int
store_capabilities(struct ingest *in, const struct record *r)
{
	const json_t *list = record_value(r, "capabilities")->held;
	struct db_statement *clear =
	    db_static(in->db, "DELETE FROM node_capabilities WHERE node = ?1");
	struct db_statement *add = db_static(in->db,
	    "INSERT INTO node_capabilities (node, capability) VALUES (?1, ?2)"
	    " ON CONFLICT DO NOTHING");
	size_t i;

	if (clear == NULL || add == NULL)
		return -1;
	db_bind_text(clear, 1, r->node);
	if (db_run(clear) < 0)
		return -1;
	for (i = 0; i < json_array_size(list); i++) {
		db_bind_text(add, 1, r->node);
		db_bind_text(
		    add, 2, json_string_value(json_array_get(list, i)));
		if (db_run(add) < 0)
			return -1;
	}
	return 0;
}

int
ingest_node(struct ingest *in, const struct record *r)
{
	struct db_statement *s = db_static(in->db,
	    "UPDATE nodes SET told_at = ?2, version = ?3, cpus = ?4,"
	    " memory_bytes = ?5"
	    " WHERE name = ?1 AND (told_at IS NULL OR told_at <= ?2)");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, r->node);
	db_bind_integer(s, 2, r->time);
	field_bind(s, 3, record_value(r, "version"));
	field_bind(s, 4, record_value(r, "cpus"));
	field_bind(s, 5, record_value(r, "memory_bytes"));
	if (db_run(s) < 0)
		return -1;
	/* A late heartbeat does not undo a later one. */
	return db_changes(in->db) > 0 ? store_capabilities(in, r) : 0;
}

static int
store_config(struct ingest *in, const struct record *r)
{
	struct db_statement *s = db_static(in->db,
	    "INSERT INTO job_configs (job, target, fuzzer, command)"
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (job) DO UPDATE SET"
	    " target = coalesce(excluded.target, job_configs.target),"
	    " fuzzer = coalesce(excluded.fuzzer, job_configs.fuzzer),"
	    " command = coalesce(excluded.command, job_configs.command)");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, r->job);
	db_bind_text(s, 2, r->target);
	db_bind_text(s, 3, r->fuzzer);
	field_bind(s, 4, record_value(r, "command"));
	return db_run(s);
}

int
ingest_job(struct ingest *in, const struct record *r)
{
	/* Events arrive in any order: the latest by its own time counts. */
	static const char latest[] =
	    "UPDATE jobs SET (state, state_time, node) ="
	    " (SELECT state, time, CASE WHEN state IN ('starting', 'running',"
	    " 'restarting', 'stopping') THEN node END FROM job_states"
	    " WHERE job = ?1 ORDER BY time DESC, state_order DESC, event DESC"
	    " LIMIT 1) WHERE name = ?1";
	struct db_statement *s = db_static(in->db, latest);

	if (s == NULL || ingest_row(in, r) < 0)
		return -1;
	db_bind_text(s, 1, r->job);
	if (db_run(s) < 0)
		return -1;
	if (r->target == NULL && r->fuzzer == NULL &&
	    record_value(r, "command")->type == VALUE_NONE)
		return 0;
	return store_config(in, r);
}
