/* Groups of crashes as a list that is read a page at a time, and one. */
#ifndef PF_QUERY_GROUPS_H
#define PF_QUERY_GROUPS_H

#include "query.h"

/* The columns of a row, by which db_column_… has them. */
enum group_column {
	GROUP_KEY,
	GROUP_SITE,
	GROUP_KIND,
	GROUP_SEVERITY,
	GROUP_WHY,
	GROUP_STATE,
	GROUP_COUNT,
	GROUP_FIRST_TIME,
	GROUP_LAST_TIME,
	GROUP_RULES,
	GROUP_SITE_LINEFREE,
	GROUP_FIXED_TIME,
	GROUP_EXAMPLE, /* the event id of the member that stands for it */
	GROUP_RANK     /* of the severity, for the place in the list */
};

struct group_filter {
	const char *severity; /* NULL: any; of query_severities */
	const char *state, *target;
	int64_t since; /* of its last crash, a time */
	/* The place from which the list goes on: what comes behind a group of
	 * this rank, last time and key. */
	int64_t rank, last;
	const char *key;
};

/* Before the first: no group has such a rank. */
#define GROUP_RANK_FIRST 9

/* The worst first, then the latest; `limit` at most. */
int query_group_list(struct db *db, const struct group_filter *filter,
    int64_t limit, int (*each)(void *context, struct db_statement *row),
    void *context);
/* By its key; no row is no error. */
int query_group(struct db *db, const char *key,
    int (*each)(void *context, struct db_statement *row), void *context);
/* The targets that its members were found in, the first column, by name;
 * members that name none are left out. */
int query_group_targets(struct db *db, const char *key, int64_t limit,
    int (*each)(void *context, struct db_statement *row), void *context);

#endif
