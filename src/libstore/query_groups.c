/* Lists of groups: each page is a walk along the index of what is worst. */
#include "query_groups.h"

#include <stdio.h>

#include "query_where.h"

#define COLUMNS                                                            \
	"SELECT g.key, g.site, g.kind, g.severity, g.why, g.state,"        \
	" g.crashes, g.first_seen, g.last_seen, c.rules, g.site_linefree," \
	" g.fixed_at, g.example, g.severity_rank"                          \
	" FROM crash_groups g LEFT JOIN crashes c ON c.event = g.example"

enum { BY_RANK, BY_STATE, BY_TARGET, FILTERS };

static const char *const conditions[FILTERS] = {
    [BY_RANK] = " AND g.severity_rank = ?",
    [BY_STATE] = " AND g.state = ?",
    [BY_TARGET] = (" AND EXISTS (SELECT 1 FROM crashes m"
		   " WHERE m.group_key = g.key AND m.target = ?)"),
};
static const char keys[1 << FILTERS];

static const struct query_where list = {
    .head =
	COLUMNS " WHERE (g.severity_rank, g.last_seen, g.key) < (?1, ?2, ?3)"
		" AND g.last_seen >= ?4",
    .tail = " ORDER BY g.severity_rank DESC, g.last_seen DESC, g.key DESC"
	    " LIMIT ?5",
    .fixed = 5,
    .conditions = conditions,
    .count = FILTERS,
    .keys = keys,
};

int
query_group_list(struct db *db, const struct group_filter *filter,
    int64_t limit, int (*each)(void *context, struct db_statement *row),
    void *context)
{
	const char *values[FILTERS] = {
	    [BY_STATE] = filter->state,
	    [BY_TARGET] = filter->target,
	};
	struct db_statement *s;
	char rank[16];

	if (filter->severity != NULL) {
		snprintf(rank, sizeof rank, "%d",
		    SEVERITY_UNRATED - query_severity(filter->severity));
		values[BY_RANK] = rank;
	}
	s = query_where(db, &list, values);
	if (s == NULL)
		return -1;
	db_bind_integer(s, 1, filter->rank);
	db_bind_integer(s, 2, filter->last);
	db_bind_text(s, 3, filter->key);
	db_bind_integer(s, 4, filter->since);
	db_bind_integer(s, 5, limit);
	return query_each(s, each, context);
}

int
query_group(struct db *db, const char *key,
    int (*each)(void *context, struct db_statement *row), void *context)
{
	struct db_statement *s = db_static(db, COLUMNS " WHERE g.key = ?1");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, key);
	return query_each(s, each, context);
}

/* Steps from name to name along the index: a group may have many members. */
int
query_group_targets(struct db *db, const char *key, int64_t limit,
    int (*each)(void *context, struct db_statement *row), void *context)
{
	struct db_statement *s = db_static(db,
	    "WITH RECURSIVE found(target) AS (SELECT (SELECT min(c.target)"
	    " FROM crashes c WHERE c.group_key = ?1) UNION ALL"
	    " SELECT (SELECT min(c.target) FROM crashes c"
	    " WHERE c.group_key = ?1 AND c.target > found.target) FROM found"
	    " WHERE found.target IS NOT NULL)"
	    " SELECT target FROM found WHERE target IS NOT NULL LIMIT ?2");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, key);
	db_bind_integer(s, 2, limit);
	return query_each(s, each, context);
}
