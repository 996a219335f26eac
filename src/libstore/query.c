/* Questions about crashes, groups and jobs. */
#include "query.h"

const char *const query_severities[SEVERITY_COUNT] = {
    "CRITICAL", "HIGH", "MEDIUM", "LOW", "UNRATED"};

int
query_severity(const char *name)
{
	int i;

	for (i = 0; name != NULL && i < SEVERITY_UNRATED; i++)
		if (strcmp(name, query_severities[i]) == 0)
			return i;
	return SEVERITY_UNRATED;
}

/* One number of a query without parameters. */
static int
ask(struct db *db, const char *sql, int64_t *value)
{
	struct db_statement *s = db_static(db, sql);
	enum db_step step;

	if (s == NULL)
		return -1;
	step = db_step(s);
	*value = step == DB_ROW ? db_column_integer(s, 0) : 0;
	db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

static int
count_groups(struct db *db, struct query_totals *totals)
{
	struct db_statement *s = db_static(db,
	    "SELECT severity, count(*), sum(crashes) FROM crash_groups"
	    " GROUP BY severity");
	enum db_step step;

	if (s == NULL)
		return -1;
	while ((step = db_step(s)) == DB_ROW) {
		totals->groups[query_severity(db_column_text(s, 0))] =
		    db_column_integer(s, 1);
		totals->crashes += db_column_integer(s, 2);
	}
	db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

int
query_totals(struct db *db, struct query_totals *totals)
{
	int64_t any;

	memset(totals, 0, sizeof *totals);
	if (ask(db, "SELECT 1 FROM events LIMIT 1", &any) < 0 ||
	    ask(db, "SELECT count(*) FROM jobs", &totals->jobs) < 0 ||
	    ask(db, "SELECT count(*) FROM crashes WHERE group_key IS NULL",
		&totals->unresolved) < 0)
		return -1;
	totals->any_event = any != 0;
	totals->crashes = totals->unresolved;
	return count_groups(db, totals);
}

int
query_findings(struct db *db,
    int (*each)(void *context, const struct query_finding *finding),
    void *context)
{
	struct db_statement *s = db_static(db,
	    "SELECT e.target, e.fuzzer, g.severity, c.group_key IS NOT NULL,"
	    " count(DISTINCT c.group_key), count(*)"
	    " FROM crashes c JOIN events e ON e.id = c.event"
	    " LEFT JOIN crash_groups g ON g.key = c.group_key"
	    " GROUP BY e.target, e.fuzzer, g.severity,"
	    " c.group_key IS NOT NULL");
	enum db_step step = DB_FAILED;

	while (s != NULL && (step = db_step(s)) == DB_ROW) {
		struct query_finding f = {db_column_text(s, 0),
		    db_column_text(s, 1), query_severity(db_column_text(s, 2)),
		    db_column_integer(s, 3) != 0, db_column_integer(s, 4),
		    db_column_integer(s, 5)};

		if (each(context, &f) != 0)
			break;
	}
	if (s != NULL)
		db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

/* Rows of a target and a fuzzer. */
static int
each_place(struct db_statement *s,
    int (*each)(void *context, const char *target, const char *fuzzer),
    void *context)
{
	enum db_step step = DB_FAILED;

	while (s != NULL && (step = db_step(s)) == DB_ROW)
		if (each(context, db_column_text(s, 0), db_column_text(s, 1)) !=
		    0)
			break;
	if (s != NULL)
		db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

int
query_configs(struct db *db,
    int (*each)(void *context, const char *target, const char *fuzzer),
    void *context)
{
	return each_place(db_static(db,
			      "SELECT DISTINCT target, fuzzer"
			      " FROM job_configs ORDER BY target, fuzzer"),
	    each, context);
}

int
query_group_places(struct db *db, const char *key,
    int (*each)(void *context, const char *target, const char *fuzzer),
    void *context)
{
	struct db_statement *s = db_static(db,
	    "SELECT DISTINCT e.target, e.fuzzer FROM crashes c"
	    " JOIN events e ON e.id = c.event WHERE c.group_key = ?1"
	    " ORDER BY e.target, e.fuzzer");

	if (s != NULL)
		db_bind_text(s, 1, key);
	return each_place(s, each, context);
}

int
query_groups(struct db *db,
    int (*each)(void *context, const struct query_group *group), void *context)
{
	struct db_statement *s = db_static(db,
	    "SELECT g.key, g.site, g.kind, g.severity, g.why, g.example,"
	    " g.first_seen, g.last_seen, g.crashes, c.rules, g.state"
	    " FROM crash_groups g LEFT JOIN crashes c ON c.event = g.example"
	    " ORDER BY g.severity_rank DESC, g.last_seen DESC, g.key DESC");
	enum db_step step = DB_FAILED;

	while (s != NULL && (step = db_step(s)) == DB_ROW) {
		struct query_group g = {
		    .key = db_column_text(s, 0),
		    .site = db_column_text(s, 1),
		    .kind = db_column_text(s, 2),
		    .severity = db_column_text(s, 3),
		    .why = db_column_text(s, 4),
		    .example = db_column_text(s, 5),
		    .first_seen = db_column_integer(s, 6),
		    .last_seen = db_column_integer(s, 7),
		    .crashes = db_column_integer(s, 8),
		    .rules = db_column_text(s, 9),
		    .state = db_column_text(s, 10),
		};

		if (each(context, &g) != 0)
			break;
	}
	if (s != NULL)
		db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

#define CRASH_COLUMNS                                                    \
	"SELECT c.event, e.node, e.job, e.target, e.fuzzer,"             \
	" c.input_name, c.input_path, c.artifact, c.kind, c.site,"       \
	" c.sanitizer, c.trace, c.build_id, c.frames, c.command, c.env," \
	" c.time, a.bytes, c.signal, c.exit_code"                        \
	" FROM crashes c JOIN events e ON e.id = c.event"                \
	" LEFT JOIN artifacts a ON a.xxh128 = c.artifact"

static int
each_crash(struct db_statement *s,
    int (*each)(void *context, const struct query_crash *crash), void *context)
{
	enum db_step step;

	while ((step = db_step(s)) == DB_ROW) {
		struct query_crash c = {
		    .event = db_column_text(s, 0),
		    .node = db_column_text(s, 1),
		    .job = db_column_text(s, 2),
		    .target = db_column_text(s, 3),
		    .fuzzer = db_column_text(s, 4),
		    .input_name = db_column_text(s, 5),
		    .input_path = db_column_text(s, 6),
		    .xxh128 = db_column_text(s, 7),
		    .kind = db_column_text(s, 8),
		    .site = db_column_text(s, 9),
		    .sanitizer = db_column_text(s, 10),
		    .trace = db_column_text(s, 11),
		    .build_id = db_column_text(s, 12),
		    .frames = db_column_text(s, 13),
		    .command = db_column_text(s, 14),
		    .env = db_column_text(s, 15),
		    .time = db_column_integer(s, 16),
		    .bytes = db_column_integer_or(s, 17, QUERY_UNKNOWN),
		    .signal = db_column_integer_or(s, 18, QUERY_UNKNOWN),
		    .exit_code = db_column_integer_or(s, 19, QUERY_UNKNOWN),
		};

		if (each(context, &c) != 0)
			break;
	}
	db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

int
query_crash(struct db *db, const char *event,
    int (*each)(void *context, const struct query_crash *crash), void *context)
{
	struct db_statement *s =
	    db_static(db, CRASH_COLUMNS " WHERE c.event = ?1");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, event);
	return each_crash(s, each, context);
}

int
query_unresolved(struct db *db, int64_t limit,
    int (*each)(void *context, const struct query_crash *crash), void *context)
{
	struct db_statement *s = db_static(db,
	    CRASH_COLUMNS " WHERE c.group_key IS NULL"
			  " ORDER BY c.time DESC, c.event LIMIT ?1");

	if (s == NULL)
		return -1;
	db_bind_integer(s, 1, limit);
	return each_crash(s, each, context);
}

int
query_jobs(struct db *db,
    int (*each)(void *context, const struct query_job *job), void *context)
{
	/* One look into the index for each job and node. */
	struct db_statement *s = db_static(db,
	    "SELECT s.job, s.node, e.target, e.fuzzer, s.state, s.reason,"
	    " s.time, s.exit_code, s.signal, s.restarts, s.duration_seconds"
	    " FROM (SELECT DISTINCT job, node FROM job_states) AS k"
	    " JOIN job_states s ON s.event = (SELECT l.event FROM job_states l"
	    " WHERE l.job = k.job AND coalesce(l.node, '') ="
	    " coalesce(k.node, '') ORDER BY l.time DESC, l.state_order DESC,"
	    " l.event DESC LIMIT 1)"
	    " JOIN events e ON e.id = s.event"
	    " ORDER BY s.time DESC, s.job, s.node");
	enum db_step step = DB_FAILED;

	while (s != NULL && (step = db_step(s)) == DB_ROW) {
		struct query_job j = {
		    .job = db_column_text(s, 0),
		    .node = db_column_text(s, 1),
		    .target = db_column_text(s, 2),
		    .fuzzer = db_column_text(s, 3),
		    .state = db_column_text(s, 4),
		    .reason = db_column_text(s, 5),
		    .time = db_column_integer(s, 6),
		    .exit_code = db_column_integer_or(s, 7, QUERY_UNKNOWN),
		    .signal = db_column_integer_or(s, 8, QUERY_UNKNOWN),
		    .restarts = db_column_integer_or(s, 9, QUERY_UNKNOWN),
		    .duration_seconds = db_column_real_or(s, 10, -1),
		};

		if (each(context, &j) != 0)
			break;
	}
	if (s != NULL)
		db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}
