/* Lists of crashes: each page is a walk along one index. */
#include "query_crashes.h"

#include "query_where.h"

#define SHORT                                                              \
	"SELECT c.event, c.time, c.node, c.job, c.target, e.fuzzer,"       \
	" c.group_key, c.status, c.severity, c.kind, c.site, c.sanitizer," \
	" c.signal, c.exit_code, c.build_id, c.input_name, c.input_path,"  \
	" a.bytes, c.artifact, a.kept, c.replay_runs, c.replay_hits,"      \
	" c.replay_verdict"
#define LONG                                                             \
	", e.rev, c.why, c.access, c.access_bytes, c.address, c.frames," \
	" c.trace, c.stack, c.site_linefree, c.rules, c.command, c.env," \
	" e.extra"
/* In this order: the index is of crashes. */
#define FROM                                              \
	" FROM crashes c CROSS JOIN events e"             \
	" LEFT JOIN artifacts a ON a.xxh128 = c.artifact" \
	" WHERE e.id = c.event"

enum { BY_GROUP, BY_TARGET, BY_NODE, BY_JOB, BY_STATUS, UNRESOLVED, FILTERS };

static const char *const conditions[FILTERS] = {
    [BY_GROUP] = " AND c.group_key = ?",
    [BY_TARGET] = " AND c.target = ?",
    [BY_NODE] = " AND c.node = ?",
    [BY_JOB] = " AND c.job = ?",
    [BY_STATUS] = " AND c.status = ?",
    /* The same as the status, for the index. */
    [UNRESOLVED] = " AND c.group_key IS NULL",
};
static const char keys[1 << FILTERS];

static const struct query_where list = {
    .head = SHORT FROM " AND (c.time, c.event) < (?1, ?2) AND c.time >= ?3",
    .tail = " ORDER BY c.time DESC, c.event DESC LIMIT ?4",
    .fixed = 4,
    .conditions = conditions,
    .count = FILTERS,
    .keys = keys,
};

int
query_crash_list(struct db *db, const struct crash_filter *filter,
    int64_t limit, int (*each)(void *context, struct db_statement *row),
    void *context)
{
	const char *values[FILTERS] = {
	    [BY_GROUP] = filter->group,
	    [BY_TARGET] = filter->target,
	    [BY_NODE] = filter->node,
	    [BY_JOB] = filter->job,
	};
	struct db_statement *s;

	if (filter->status != NULL)
		values[strcmp(filter->status, "unresolved") == 0 ? UNRESOLVED
								 : BY_STATUS] =
		    filter->status;
	s = query_where(db, &list, values);
	if (s == NULL)
		return -1;
	db_bind_integer(s, 1, filter->before);
	db_bind_text(s, 2, filter->before_event);
	db_bind_integer(s, 3, filter->since);
	db_bind_integer(s, 4, limit);
	return query_each(s, each, context);
}

int
query_crash_whole(struct db *db, const char *event,
    int (*each)(void *context, struct db_statement *row), void *context)
{
	struct db_statement *s =
	    db_static(db, SHORT LONG FROM " AND c.event = ?1");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, event);
	return query_each(s, each, context);
}
