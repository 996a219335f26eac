/* What nodes and jobs say about themselves. */
#include "ingest_store.h"

static int
store_capabilities(struct ingest *in, const struct record *r)
{
	const char *list = record_text(r, "capabilities");
	struct db_statement *clear =
	    db_static(in->db, "DELETE FROM node_capabilities WHERE node = ?1");
	struct db_statement *add = db_static(in->db,
	    "INSERT INTO node_capabilities (node, capability)"
	    " SELECT CAST(?1 AS TEXT), told.* FROM {each ?2} AS told"
	    " WHERE true ON CONFLICT DO NOTHING");

	if (clear == NULL || add == NULL)
		return -1;
	db_bind_text(clear, 1, r->node);
	if (db_run(clear) < 0)
		return -1;
	if (list == NULL)
		return 0;
	db_bind_text(add, 1, r->node);
	db_bind_text(add, 2, list);
	return db_run(add);
}

int
ingest_node_after(struct ingest *in, const struct record *r)
{
	struct db_statement *s = db_static(in->db,
	    "UPDATE nodes SET told_at = ?2, version = ?3, cpus = ?4,"
	    " memory_bytes = ?5"
	    " WHERE name = ?1 AND (told_at IS NULL OR told_at <= ?2)");
	int64_t changed;

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, r->node);
	db_bind_integer(s, 2, r->time);
	field_bind(s, 3, record_value(r, "version"));
	field_bind(s, 4, record_value(r, "cpus"));
	field_bind(s, 5, record_value(r, "memory_bytes"));
	if (db_run(s) < 0 || (changed = db_changes(in->db)) < 0)
		return -1;
	/* A late heartbeat does not undo a later one. */
	return changed > 0 ? store_capabilities(in, r) : 0;
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

/*
 * Events arrive in any order: the latest by its own time counts. A job of the
 * queue stands as the queue says; what its node tells of is only that it has
 * begun.
 */
static int
store_state(struct ingest *in, const struct record *r)
{
	struct db_statement *told = db_static(in->db,
	    "UPDATE jobs SET (state, state_time, node) ="
	    " (SELECT state, time, CASE WHEN state IN ('starting', 'running',"
	    " 'restarting', 'stopping') THEN node END FROM job_states"
	    " WHERE job = ?1 ORDER BY time DESC, state_order DESC, event DESC"
	    " LIMIT 1) WHERE name = ?1 AND lane IS NULL");
	struct db_statement *begun = db_static(in->db,
	    "UPDATE jobs SET state = 'running', state_time = ?3"
	    " WHERE name = ?1 AND state = 'assigned' AND node = ?2"
	    " AND state_time <= ?3");

	if (told == NULL || begun == NULL)
		return -1;
	db_bind_text(told, 1, r->job);
	if (db_run(told) < 0)
		return -1;
	if (strcmp(record_text(r, "state"), "running") != 0)
		return 0;
	db_bind_text(begun, 1, r->job);
	db_bind_text(begun, 2, r->node);
	db_bind_integer(begun, 3, r->time);
	return db_run(begun);
}

int
ingest_job_after(struct ingest *in, const struct record *r)
{
	if (store_state(in, r) < 0)
		return -1;
	if (r->target == NULL && r->fuzzer == NULL &&
	    record_value(r, "command")->type == VALUE_NONE)
		return 0;
	return store_config(in, r);
}
