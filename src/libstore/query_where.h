/*
 * Statements that differ by which of their conditions are asked for: one is
 * prepared for each set that was ever asked, so that each has the index that
 * fits it.
 */
#ifndef PF_QUERY_WHERE_H
#define PF_QUERY_WHERE_H

#include "db.h"

struct query_where {
	const char *head; /* with `fixed` parameters, from ?1 */
	const char *tail;
	int fixed;
	/* " AND g.state = ?": a question mark where its parameter goes, or
	 * none. */
	const char *const *conditions;
	size_t count;
	/* 1 << count bytes, whose addresses the statements are known by. */
	const char *keys;
};

/*
 * The statement with those of the conditions for which values[i] is not NULL,
 * bound to them; the caller binds the fixed parameters. NULL with db_error.
 */
struct db_statement *query_where(
    struct db *db, const struct query_where *where, const char *const *values);
/*
 * Calls `each` for every row until it returns non-zero, and resets. `s` may be
 * NULL, which is a failure: 0, or -1 with db_error.
 */
int query_each(struct db_statement *s,
    int (*each)(void *context, struct db_statement *row), void *context);

#endif
