/* How jobs stand. */
#include "query_where.h"
#include "queue.h"

/* A list has no job lines: there may be many of them, and they are long. */
#define ENTRY(spec)                                                     \
	"SELECT j.name, j.state, j.node, j.reason, c.target, c.fuzzer," \
	" l.tier, l.needs, " spec ", j.state_time, j.priority, j.turn," \
	" j.queued_at, j.attempt, j.max_attempts, j.epoch,"             \
	" j.lease_until FROM "
#define LANES "LEFT JOIN lanes l ON l.id = j.lane "
#define JOBS "jobs j " LANES "LEFT JOIN job_configs c ON c.job = j.name"

static int
each_entry(struct db_statement *s,
    int (*each)(void *context, const struct queue_entry *entry), void *context)
{
	enum db_step step;

	while ((step = db_step(s)) == DB_ROW) {
		struct queue_entry e = {
		    .name = db_column_text(s, 0),
		    .state = db_column_text(s, 1),
		    .node = db_column_text(s, 2),
		    .reason = db_column_text(s, 3),
		    .target = db_column_text(s, 4),
		    .fuzzer = db_column_text(s, 5),
		    .tier = db_column_text(s, 6),
		    .needs = db_column_text(s, 7),
		    .spec = db_column_text(s, 8),
		    .state_time = db_column_integer_or(s, 9, -1),
		    .priority = db_column_integer_or(s, 10, -1),
		    .turn = db_column_integer_or(s, 11, -1),
		    .queued_at = db_column_integer_or(s, 12, -1),
		    .attempt = db_column_integer_or(s, 13, -1),
		    .max_attempts = db_column_integer_or(s, 14, -1),
		    .epoch = db_column_integer_or(s, 15, -1),
		    .lease_until = db_column_integer_or(s, 16, -1),
		};

		if (each(context, &e) != 0)
			break;
	}
	db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

int
queue_list(struct db *db, const struct queue_filter *filter,
    int (*each)(void *context, const struct queue_entry *entry), void *context)
{
	struct db_statement *s = db_static(db,
	    ENTRY("NULL") JOBS
	    " WHERE (CAST(?1 AS TEXT) IS NULL OR j.state = ?1)"
	    " AND (CAST(?2 AS TEXT) IS NULL OR c.target = ?2)"
	    " AND (CAST(?3 AS TEXT) IS NULL OR j.node = ?3)"
	    " ORDER BY j.name");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, filter->state);
	db_bind_text(s, 2, filter->target);
	db_bind_text(s, 3, filter->node);
	return each_entry(s, each, context);
}

enum { BY_STATE, BY_NODE, BY_TARGET, FILTERS };

static const char *const conditions[FILTERS] = {
    [BY_STATE] = " AND j.state = ?",
    [BY_NODE] = " AND j.node = ?",
    [BY_TARGET] = " AND c.target = ?",
};
static const char page_keys[1 << FILTERS], target_keys[1 << FILTERS];

static const struct query_where page = {
    .head = ENTRY("NULL") JOBS " WHERE j.name > ?1",
    .tail = " ORDER BY j.name LIMIT ?2",
    .fixed = 2,
    .conditions = conditions,
    .count = FILTERS,
    .keys = page_keys,
};

/* In this order: the index is of what is known of jobs of the target. */
static const struct query_where page_of_target = {
    .head = ENTRY("NULL") "job_configs c CROSS JOIN jobs j " LANES
			  "WHERE j.name = c.job AND c.job > ?1",
    .tail = " ORDER BY c.job LIMIT ?2",
    .fixed = 2,
    .conditions = conditions,
    .count = FILTERS,
    .keys = target_keys,
};

int
queue_page(struct db *db, const struct queue_filter *filter, const char *after,
    int64_t limit, int (*each)(void *context, const struct queue_entry *entry),
    void *context)
{
	const char *values[FILTERS] = {
	    [BY_STATE] = filter->state,
	    [BY_NODE] = filter->node,
	    [BY_TARGET] = filter->target,
	};
	struct db_statement *s = query_where(
	    db, filter->target == NULL ? &page : &page_of_target, values);

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, after);
	db_bind_integer(s, 2, limit);
	return each_entry(s, each, context);
}

int
queue_show(struct db *db, const char *name,
    int (*each)(void *context, const struct queue_entry *entry), void *context)
{
	struct db_statement *s =
	    db_static(db, ENTRY("c.spec") JOBS " WHERE j.name = ?1");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, name);
	return each_entry(s, each, context);
}
