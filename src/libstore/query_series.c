/*
 * Series in points: a look into the index for each step of time. Nothing is
 * sorted, so that nothing grows with the samples; that is why the values of a
 * step come packed as one.
 */
#include "query_series.h"

#include "buf.h"
#include "query_where.h"

static const struct query_column stats_columns[] = {
    {"run_seconds", QUERY_MOST, QUERY_AMOUNT},
    {"execs_total", QUERY_MOST, QUERY_COUNT},
    {"execs_per_second", QUERY_MEAN, QUERY_AMOUNT},
    {"crashes_total", QUERY_MOST, QUERY_COUNT},
    {"hangs_total", QUERY_MOST, QUERY_COUNT},
    {"ooms_total", QUERY_MOST, QUERY_COUNT},
    {"edges_found", QUERY_MOST, QUERY_COUNT},
    {"edges_total", QUERY_MOST, QUERY_COUNT},
    {"coverage_ratio", QUERY_MOST, QUERY_AMOUNT},
    {"features", QUERY_MOST, QUERY_COUNT},
    {"cycles_total", QUERY_MOST, QUERY_COUNT},
    {"last_find_time", QUERY_MOST, QUERY_TIME},
    {"peak_rss_bytes", QUERY_MOST, QUERY_COUNT},
    {"alive", QUERY_LAST, QUERY_FLAG},
    {"corpus_count", QUERY_LAST, QUERY_COUNT},
    {"corpus_bytes", QUERY_LAST, QUERY_COUNT},
    {"pending_count", QUERY_LAST, QUERY_COUNT},
    {"stability_ratio", QUERY_LAST, QUERY_AMOUNT},
    {NULL, QUERY_MOST, QUERY_COUNT},
};

static const struct query_column coverage_columns[] = {
    {"edges_found", QUERY_MOST, QUERY_COUNT},
    {"edges_total", QUERY_MOST, QUERY_COUNT},
    {"edges_new", QUERY_SUM, QUERY_COUNT},
    {"lines_covered", QUERY_MOST, QUERY_COUNT},
    {"lines_total", QUERY_MOST, QUERY_COUNT},
    {"functions_covered", QUERY_MOST, QUERY_COUNT},
    {"functions_total", QUERY_MOST, QUERY_COUNT},
    {"regions_covered", QUERY_MOST, QUERY_COUNT},
    {"regions_total", QUERY_MOST, QUERY_COUNT},
    {NULL, QUERY_MOST, QUERY_COUNT},
};

/* As where many of them are made one (record_types.c). */
static const struct query_column resource_columns[] = {
    {"cpu_ratio", QUERY_MEAN, QUERY_AMOUNT},
    {"load1", QUERY_MEAN, QUERY_AMOUNT},
    {"memory_total_bytes", QUERY_MOST, QUERY_COUNT},
    {"memory_used_bytes", QUERY_MOST, QUERY_COUNT},
    {"swap_used_bytes", QUERY_MOST, QUERY_COUNT},
    {"zombies", QUERY_MOST, QUERY_COUNT},
    {"orphans", QUERY_MOST, QUERY_COUNT},
    {"memory_available_bytes", QUERY_LAST, QUERY_COUNT},
    {"processes", QUERY_LAST, QUERY_COUNT},
    {"fuzzers", QUERY_LAST, QUERY_COUNT},
    {NULL, QUERY_MOST, QUERY_COUNT},
};

/* A disk at its fullest. */
static const struct query_column disk_columns[] = {
    {"total_bytes", QUERY_MOST, QUERY_COUNT},
    {"used_bytes", QUERY_MOST, QUERY_COUNT},
    {"free_bytes", QUERY_LEAST, QUERY_COUNT},
    {"used_ratio", QUERY_MOST, QUERY_AMOUNT},
    {"inodes_used_ratio", QUERY_MOST, QUERY_AMOUNT},
    {NULL, QUERY_MOST, QUERY_COUNT},
};

const struct query_kind query_stats = {"stats", "series = ?1", stats_columns};
const struct query_kind query_coverage = {
    "coverage", "series = ?1", coverage_columns};
const struct query_kind query_resources = {
    "resources", "node = ?1", resource_columns};
const struct query_kind query_disks = {"resources CROSS JOIN resource_disks d",
    "node = ?1 AND d.event = resources.event AND d.mount = ?2", disk_columns};

/* How many parameters say whose series it is. */
static int
owner_parameters(const struct query_kind *kind)
{
	return kind == &query_disks ? 2 : 1;
}

static void
bind(struct db_statement *s, const struct query_kind *kind,
    const struct query_owner *owner, const struct query_span *span)
{
	int n = owner_parameters(kind);

	if (owner->node != NULL)
		db_bind_text(s, 1, owner->node);
	else
		db_bind_integer(s, 1, owner->series);
	if (n == 2)
		db_bind_text(s, 2, owner->mount);
	db_bind_integer(s, n + 1, span->since);
	db_bind_integer(s, n + 2, span->until);
}

static void
add_bounds(struct buf *sql, const struct query_kind *kind)
{
	static const char *const ends[] = {"min", "max"};
	int n = owner_parameters(kind);
	size_t i;

	buf_add_str(sql, "SELECT ");
	for (i = 0; i < 2; i++)
		buf_addf(sql,
		    "%s(SELECT %s(time) FROM %s WHERE %s AND time >= ?%d"
		    " AND time < ?%d)",
		    i == 0 ? "" : ", ", ends[i], kind->table, kind->where,
		    n + 1, n + 2);
}

int
query_series_bounds(struct db *db, const struct query_kind *kind,
    const struct query_owner *owner, const struct query_span *span, bool *any,
    struct query_span *bounds)
{
	struct db_statement *s = db_find(db, kind);
	struct buf sql = BUF_INIT;
	enum db_step step;

	if (s == NULL) {
		add_bounds(&sql, kind);
		s = db_prepare(db, kind, sql.data);
		buf_release(&sql);
	}
	if (s == NULL)
		return -1;
	bind(s, kind, owner, span);
	step = db_step(s);
	*any = step == DB_ROW && !db_column_is_null(s, 0);
	if (*any) {
		bounds->since = db_column_integer(s, 0);
		bounds->until = db_column_integer(s, 1) + 1;
		bounds->step = span->step;
	}
	db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

static void
add_value(struct buf *sql, const struct query_column *c)
{
	static const char *const calls[] = {
	    [QUERY_MOST] = "max(%s)",
	    [QUERY_LEAST] = "min(%s)",
	    [QUERY_MEAN] = "avg(%s)",
	    /* Integers would overflow, which is an error. */
	    [QUERY_SUM] = "sum(%s * 1.0)",
	    [QUERY_LAST] = "%s",
	};
	const char *name = strchr(calls[c->how], '%');

	buf_add(sql, calls[c->how], (size_t)(name - calls[c->how]));
	buf_add_str(sql, c->name);
	buf_add_str(sql, name + 2);
}

/* A column of the answer: the values of a step that are the last sample's, or
 * the others, after their count. */
static void
add_step(struct buf *sql, const struct query_kind *kind, bool last)
{
	const struct query_column *c;
	int n = owner_parameters(kind);
	bool first = true;

	buf_addf(sql, ", (SELECT {array}(%s", last ? "" : "count(*)");
	for (c = kind->columns; c->name != NULL; c++) {
		if ((c->how == QUERY_LAST) != last)
			continue;
		buf_add_str(sql, last && first ? "" : ", ");
		add_value(sql, c);
		first = false;
	}
	buf_addf(sql,
	    ") FROM %s WHERE %s AND time >= start AND time < start + ?%d"
	    " AND time >= ?%d AND time < ?%d",
	    kind->table, kind->where, n + 3, n + 1, n + 2);
	if (last)
		buf_add_str(sql, " ORDER BY time DESC, event DESC LIMIT 1");
	buf_add_char(sql, ')');
}

static bool
has_last(const struct query_kind *kind)
{
	const struct query_column *c = kind->columns;

	while (c->name != NULL && c->how != QUERY_LAST)
		c++;
	return c->name != NULL;
}

static struct db_statement *
prepare_points(struct db *db, const struct query_kind *kind)
{
	int n = owner_parameters(kind);
	struct buf sql = BUF_INIT;
	struct db_statement *s;

	buf_addf(&sql,
	    "WITH RECURSIVE steps(start) AS (SELECT CAST(?%d AS {integer}) -"
	    " CAST(?%d AS {integer}) %% ?%d UNION ALL"
	    " SELECT start + ?%d FROM steps WHERE start + ?%d < ?%d)"
	    " SELECT start",
	    n + 1, n + 1, n + 3, n + 3, n + 3, n + 2);
	add_step(&sql, kind, false);
	if (has_last(kind))
		add_step(&sql, kind, true);
	buf_add_str(&sql, " FROM steps");
	s = db_prepare(db, kind->columns, sql.data);
	buf_release(&sql);
	return s;
}

int
query_series_points(struct db *db, const struct query_kind *kind,
    const struct query_owner *owner, const struct query_span *span,
    int (*each)(void *context, const struct query_bucket *bucket),
    void *context)
{
	struct db_statement *s = db_find(db, kind->columns);
	enum db_step step = DB_FAILED;

	if (s == NULL)
		s = prepare_points(db, kind);
	if (s == NULL)
		return -1;
	bind(s, kind, owner, span);
	db_bind_integer(s, owner_parameters(kind) + 3, span->step);
	while ((step = db_step(s)) == DB_ROW) {
		struct query_bucket b = {db_column_integer(s, 0),
		    db_column_text(s, 1),
		    has_last(kind) ? db_column_text(s, 2) : NULL};

		if (each(context, &b) != 0)
			break;
	}
	db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

enum { BY_NODE, BY_JOB, BY_TARGET, BY_FUZZER, FILTERS };

static const char *const conditions[FILTERS] = {
    [BY_NODE] = " AND coalesce(r.node, '') = ?",
    [BY_JOB] = " AND coalesce(r.job, '') = ?",
    [BY_TARGET] = " AND coalesce(r.target, '') = ?",
    [BY_FUZZER] = " AND r.fuzzer = ?",
};
static const char stats_keys[1 << FILTERS], coverage_keys[1 << FILTERS];

#define LIST(table)                                                       \
	{                                                                 \
		.head = "SELECT r.id, r.node, r.job, r.target, r.fuzzer," \
			" r.instance FROM series r WHERE r.id > ?1"       \
			" AND EXISTS (SELECT 1 FROM " #table              \
			" WHERE series = r.id AND time >= ?2"             \
			" AND time < ?3)",                                \
		.tail = " ORDER BY r.id LIMIT ?4", .fixed = 4,            \
		.conditions = conditions, .count = FILTERS,               \
		.keys = table##_keys                                      \
	}
static const struct query_where stats_list = LIST(stats);
static const struct query_where coverage_list = LIST(coverage);

int
query_series_list(struct db *db, const struct query_kind *kind,
    const struct series_filter *filter, int64_t limit,
    int (*each)(void *context, struct db_statement *row), void *context)
{
	const char *values[FILTERS] = {
	    [BY_NODE] = filter->node,
	    [BY_JOB] = filter->job,
	    [BY_TARGET] = filter->target,
	    [BY_FUZZER] = filter->fuzzer,
	};
	struct db_statement *s = query_where(
	    db, kind == &query_stats ? &stats_list : &coverage_list, values);

	if (s == NULL)
		return -1;
	db_bind_integer(s, 1, filter->after);
	db_bind_integer(s, 2, filter->span.since);
	db_bind_integer(s, 3, filter->span.until);
	db_bind_integer(s, 4, limit);
	return query_each(s, each, context);
}

int
query_mounts(struct db *db, const char *node, int64_t limit,
    int (*each)(void *context, struct db_statement *row), void *context)
{
	struct db_statement *s = db_static(db,
	    "SELECT DISTINCT mount FROM resource_disks WHERE event ="
	    " (SELECT event FROM resources WHERE node = ?1"
	    " ORDER BY time DESC, event DESC LIMIT 1)"
	    " AND mount IS NOT NULL ORDER BY mount LIMIT ?2");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, node);
	db_bind_integer(s, 2, limit);
	return query_each(s, each, context);
}
