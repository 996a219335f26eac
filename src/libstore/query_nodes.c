/* Lists of nodes. */
#include "query_nodes.h"

#include "query_where.h"

#define COLUMNS                                                \
	"SELECT n.name, n.first_seen, n.last_seen, n.told_at," \
	" n.version, n.cpus, n.memory_bytes,"                  \
	" (SELECT count(*) FROM jobs j WHERE j.node = n.name)" \
	" FROM nodes n"

int
query_node_list(struct db *db, const char *after, int64_t limit,
    int (*each)(void *context, struct db_statement *row), void *context)
{
	struct db_statement *s = db_static(
	    db, COLUMNS " WHERE n.name > ?1 ORDER BY n.name LIMIT ?2");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, after);
	db_bind_integer(s, 2, limit);
	return query_each(s, each, context);
}

int
query_node(struct db *db, const char *name,
    int (*each)(void *context, struct db_statement *row), void *context)
{
	struct db_statement *s = db_static(db, COLUMNS " WHERE n.name = ?1");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, name);
	return query_each(s, each, context);
}

struct db_statement *
query_node_capabilities(struct db *db, const char *after, int64_t limit)
{
	struct db_statement *s = db_static(db,
	    "SELECT c.node, c.capability FROM (SELECT name FROM nodes"
	    " WHERE name > ?1 ORDER BY name LIMIT ?2) AS n"
	    " JOIN node_capabilities c ON c.node = n.name"
	    " ORDER BY c.node, c.capability");

	if (s == NULL)
		return NULL;
	db_bind_text(s, 1, after);
	db_bind_integer(s, 2, limit);
	return s;
}

int
query_node_can(struct db *db, const char *node,
    int (*each)(void *context, struct db_statement *row), void *context)
{
	struct db_statement *s = db_static(db,
	    "SELECT capability FROM node_capabilities WHERE node = ?1"
	    " ORDER BY capability");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, node);
	return query_each(s, each, context);
}

int
query_node_jobs(struct db *db, const char *node, int64_t limit,
    int (*each)(void *context, struct db_statement *row), void *context)
{
	struct db_statement *s = db_static(db,
	    "SELECT j.name, j.state, j.state_time FROM jobs j"
	    " WHERE j.node = ?1 ORDER BY j.name LIMIT ?2");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, node);
	db_bind_integer(s, 2, limit);
	return query_each(s, each, context);
}
