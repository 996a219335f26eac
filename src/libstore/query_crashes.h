/* Crashes as a list that is read a page at a time, and one crash whole. */
#ifndef PF_QUERY_CRASHES_H
#define PF_QUERY_CRASHES_H

#include "query.h"

/* The columns of a row, by which db_column_… has them. */
enum crash_column {
	CRASH_EVENT,
	CRASH_TIME,
	CRASH_NODE,
	CRASH_JOB,
	CRASH_TARGET,
	CRASH_FUZZER,
	CRASH_GROUP,
	CRASH_STATUS,
	CRASH_SEVERITY,
	CRASH_KIND,
	CRASH_SITE,
	CRASH_SANITIZER,
	CRASH_SIGNAL,
	CRASH_EXIT_CODE,
	CRASH_BUILD_ID,
	CRASH_INPUT_NAME,
	CRASH_INPUT_PATH,
	CRASH_INPUT_BYTES,
	CRASH_INPUT_XXH128,
	CRASH_INPUT_KEPT, /* 1: the artifact directory has its bytes */
	CRASH_REPLAY_RUNS,
	CRASH_REPLAY_HITS,
	CRASH_REPLAY_VERDICT,
	/* Only of one that is asked for whole. */
	CRASH_REV,
	CRASH_WHY,
	CRASH_ACCESS,
	CRASH_ACCESS_BYTES,
	CRASH_ADDRESS,
	CRASH_FRAMES, /* JSON */
	CRASH_TRACE,
	CRASH_STACK,
	CRASH_SITE_LINEFREE,
	CRASH_RULES,
	CRASH_COMMAND, /* JSON */
	CRASH_ENV,     /* JSON */
	CRASH_EXTRA    /* JSON: what the event said beside all of this */
};

struct crash_filter {
	/* NULL: any. `status` is one of new, known and unresolved. */
	const char *group, *target, *node, *job, *status;
	int64_t since; /* a time, the first that counts */
	/* The place from which the list goes on: those that are older than
	 * this time, and of this time those with a smaller id. */
	int64_t before;
	const char *before_event; /* "": none of that time */
};

/* The latest first, by time and id; `limit` at most. */
int query_crash_list(struct db *db, const struct crash_filter *filter,
    int64_t limit, int (*each)(void *context, struct db_statement *row),
    void *context);
/* By its event id; no row is no error. */
int query_crash_whole(struct db *db, const char *event,
    int (*each)(void *context, struct db_statement *row), void *context);

#endif
