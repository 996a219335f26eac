/* Nodes: who they are and what they work on. */
#include <string.h>

#include "libstore/query_nodes.h"
#include "page.h"
#include "param.h"
#include "route.h"

/* Of a node that is asked for by its name; all are in the list of jobs. */
#define JOBS_MAX 100

static const struct row_field head[] = {
    {"node", NODE_NAME, ROW_TEXT},
    {"first_seen", NODE_FIRST_SEEN, ROW_TIME},
    {"last_seen", NODE_LAST_SEEN, ROW_TIME},
    {"told_time", NODE_TOLD_AT, ROW_TIME},
    {"version", NODE_VERSION, ROW_TEXT},
    {"cpus", NODE_CPUS, ROW_COUNT},
    {"memory_bytes", NODE_MEMORY_BYTES, ROW_COUNT},
    {"jobs_count", NODE_JOBS, ROW_COUNT},
    {NULL, 0, ROW_TEXT},
};

/* A page, and beside it the capabilities of the same nodes in the same order:
 * `step` is what the present one of them is. */
struct listing {
	struct page page;
	struct db_statement *capabilities;
	enum db_step step;
};

static void
add_capabilities(struct listing *l, const char *node)
{
	emit_array(&l->page.e, "capabilities");
	while (l->step == DB_ROW &&
	    strcmp(db_column_text(l->capabilities, 0), node) == 0) {
		emit_string(
		    &l->page.e, NULL, db_column_text(l->capabilities, 1));
		l->step = db_step(l->capabilities);
	}
	emit_end(&l->page.e);
}

static int
add_node(void *context, struct db_statement *row)
{
	struct listing *l = context;
	struct page *p = &l->page;

	if (!page_takes(p))
		return 1;
	emit_object(&p->e, NULL);
	row_emit(&p->e, row, head);
	add_capabilities(l, db_column_text(row, NODE_NAME));
	emit_end(&p->e);
	page_set_text(p, db_column_text(row, NODE_NAME));
	return 0;
}

void
route_nodes_list(struct db *db, const struct request *r, struct answer *a)
{
	static const char *const names[] = {"limit", "after", NULL};
	struct cursor after = CURSOR_INIT('n');
	struct listing l;
	int64_t limit;

	if (!param_known(r, a, names) || !param_page(r, a, &limit, &after))
		return;
	page_begin(&l.page, a, "nodes", 'n', limit);
	l.capabilities = query_node_capabilities(db, after.text.data, limit);
	l.step = l.capabilities == NULL ? DB_FAILED : db_step(l.capabilities);
	if (l.step == DB_FAILED ||
	    query_node_list(db, after.text.data, limit + 1, add_node, &l) < 0 ||
	    l.step == DB_FAILED)
		route_failed(db, a);
	else
		page_end(&l.page, a, r);
	if (l.capabilities != NULL)
		db_reset(l.capabilities);
	page_release(&l.page);
	cursor_release(&after);
}

static int
add_head(void *context, struct db_statement *row)
{
	row_emit(context, row, head);
	return 0;
}

static int
add_name(void *context, struct db_statement *row)
{
	emit_string(context, NULL, db_column_text(row, 0));
	return 0;
}

static int
add_job(void *context, struct db_statement *row)
{
	static const struct row_field job[] = {
	    {"job", 0, ROW_TEXT},
	    {"state", 1, ROW_TEXT},
	    {"state_time", 2, ROW_TIME},
	    {NULL, 0, ROW_TEXT},
	};

	emit_object(context, NULL);
	row_emit(context, row, job);
	emit_end(context);
	return 0;
}

/* False with db_error. */
static bool
add_lists(struct db *db, const char *node, struct emit *e)
{
	emit_array(e, "capabilities");
	if (query_node_can(db, node, add_name, e) < 0)
		return false;
	emit_end(e);
	emit_array(e, "jobs");
	if (query_node_jobs(db, node, JOBS_MAX, add_job, e) < 0)
		return false;
	emit_end(e);
	return true;
}

void
route_nodes_show(struct db *db, const struct request *r, struct answer *a)
{
	static const char *const names[] = {NULL};
	struct emit e;

	if (!param_known(r, a, names))
		return;
	emit_begin(&e, &a->body);
	emit_object(&e, NULL);
	if (query_node(db, r->word[0], add_head, &e) < 0) {
		route_failed(db, a);
		return;
	}
	if (a->body.len < 2) {
		answer_error(a, 404, "there is no node '%s'", r->word[0]);
		return;
	}
	if (!add_lists(db, r->word[0], &e)) {
		route_failed(db, a);
		return;
	}
	emit_end(&e);
	answer_tag(a, r);
}
