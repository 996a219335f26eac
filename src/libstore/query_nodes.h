/* Nodes as a list that is read a page at a time. */
#ifndef PF_QUERY_NODES_H
#define PF_QUERY_NODES_H

#include "db.h"

/* The columns of a row, by which db_column_… has them. */
enum node_column {
	NODE_NAME,
	NODE_FIRST_SEEN,
	NODE_LAST_SEEN,
	NODE_TOLD_AT, /* when it told what follows */
	NODE_VERSION,
	NODE_CPUS,
	NODE_MEMORY_BYTES,
	NODE_JOBS /* how many it has */
};

/* By name, those after `after`; `limit` at most. */
int query_node_list(struct db *db, const char *after, int64_t limit,
    int (*each)(void *context, struct db_statement *row), void *context);
/* By its name; no row is no error. */
int query_node(struct db *db, const char *name,
    int (*each)(void *context, struct db_statement *row), void *context);
/* The capabilities of the same nodes as query_node_list with the same
 * arguments has: node and capability, in the order of both. */
struct db_statement *
query_node_capabilities(struct db *db, const char *after, int64_t limit);
/* The capabilities of one node, in their order. */
int query_node_can(struct db *db, const char *node,
    int (*each)(void *context, struct db_statement *row), void *context);
/* The jobs that a node has: name, state, when that began; by name, `limit` at
 * most. */
int query_node_jobs(struct db *db, const char *node, int64_t limit,
    int (*each)(void *context, struct db_statement *row), void *context);

#endif
