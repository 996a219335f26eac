/*
 * Questions to the store. Answers come row by row to a callback; their texts
 * are borrowed until it returns, in the form that event lines have, and NULL
 * where a thing is not known. A callback that returns non-zero ends the
 * asking. Functions return 0, or -1 with db_error. Ask inside one
 * db_begin_read, so that all answers are of the same moment.
 */
#ifndef PF_QUERY_H
#define PF_QUERY_H

#include "db.h"

#define QUERY_UNKNOWN (-1) /* a count that nobody told */

/* Index of a count by severity; severities[i] is its name. */
enum {
	SEVERITY_CRITICAL,
	SEVERITY_HIGH,
	SEVERITY_MEDIUM,
	SEVERITY_LOW,
	SEVERITY_UNRATED,
	SEVERITY_COUNT
};
extern const char *const query_severities[SEVERITY_COUNT];
/* NULL and unknown names are unrated. */
int query_severity(const char *name);

struct query_totals {
	bool any_event;
	int64_t jobs;       /* that said what they did, or whose fuzzers did */
	int64_t crashes;    /* all, grouped or not */
	int64_t unresolved; /* of them, without a group */
	int64_t groups[SEVERITY_COUNT];
};
int query_totals(struct db *db, struct query_totals *totals);

/*
 * What the fuzzers of one kind did on one target. Executions are totals of
 * all instances ever; edges and corpus are the largest that an instance said
 * last, as instances of one target share what they find.
 */
struct query_effort {
	const char *target, *fuzzer;
	int64_t instances, execs, edges, edges_total, corpus;
	double execs_per_second; /* of those that are alive; < 0: unknown */
	int64_t first, last;     /* times, or QUERY_UNKNOWN */
};
int query_efforts(struct db *db,
    int (*each)(void *context, const struct query_effort *effort),
    void *context);

/* Crashes by target, fuzzer and severity of their group. */
struct query_finding {
	const char *target, *fuzzer;
	int severity;
	bool resolved; /* false: these have no group */
	int64_t groups, crashes;
};
int query_findings(struct db *db,
    int (*each)(void *context, const struct query_finding *finding),
    void *context);

/* Targets and fuzzers that jobs were started for. */
int query_configs(struct db *db,
    int (*each)(void *context, const char *target, const char *fuzzer),
    void *context);

struct query_group {
	const char *key, *site, *kind, *severity, *why, *example;
	const char *rules; /* that made it */
	const char *state; /* what a person says of it: group.h */
	int64_t first_seen, last_seen, crashes;
};
/* The worst first, then the latest. */
int query_groups(struct db *db,
    int (*each)(void *context, const struct query_group *group), void *context);
/* Where members of a group were found, each pair once. */
int query_group_places(struct db *db, const char *key,
    int (*each)(void *context, const char *target, const char *fuzzer),
    void *context);

struct query_crash {
	const char *event, *node, *job, *target, *fuzzer;
	const char *input_name, *input_path, *xxh128;
	const char *kind, *site, *sanitizer, *trace, *build_id;
	const char *frames, *command, *env;     /* JSON */
	int64_t time, bytes, signal, exit_code; /* QUERY_UNKNOWN */
};
/* One crash by its event id; no row is no error. */
int query_crash(struct db *db, const char *event,
    int (*each)(void *context, const struct query_crash *crash), void *context);
/* Crashes without a group, the latest first, `limit` at most. */
int query_unresolved(struct db *db, int64_t limit,
    int (*each)(void *context, const struct query_crash *crash), void *context);

struct query_job {
	const char *job, *node, *target, *fuzzer, *state, *reason;
	int64_t time;
	int64_t exit_code, signal, restarts; /* QUERY_UNKNOWN */
	double duration_seconds;             /* < 0: unknown */
};
/* Each job on each node with what it said last; the latest first. */
int query_jobs(struct db *db,
    int (*each)(void *context, const struct query_job *job), void *context);

struct query_point {
	int64_t series, time;
	const char *target, *fuzzer;
	int64_t edges;           /* QUERY_UNKNOWN */
	double execs_per_second; /* < 0: unknown */
};
/* Every statistic of a target, by fuzzer, series and time. NULL asks for what
 * has no target. */
int query_points(struct db *db, const char *target,
    int (*each)(void *context, const struct query_point *point), void *context);

#endif
