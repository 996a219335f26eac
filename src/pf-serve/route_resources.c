/* What a node has of its machine, and of its disks. */
#include <stdlib.h>

#include "libstore/query_nodes.h"
#include "param.h"
#include "points.h"
#include "strvec.h"

/* Of those that it told of last. */
#define DISKS_MAX 16

static int
add_mount(void *context, struct db_statement *row)
{
	strvec_add(context, db_column_text(row, 0));
	return 0;
}

static int
add_disks(struct db *db, const char *node, const struct points *p,
    const struct strvec *mounts, struct emit *e)
{
	size_t i;

	emit_array(e, "disks");
	for (i = 0; i < mounts->count; i++) {
		struct query_owner disk = {0, node, mounts->item[i]};

		emit_object(e, NULL);
		emit_string(e, "mount", mounts->item[i]);
		if (points_emit(p, e, db, &query_disks, &disk) < 0)
			return -1;
		emit_end(e);
	}
	emit_end(e);
	return 0;
}

static int
add_all(
    struct db *db, const char *node, const struct points *p, struct answer *a)
{
	struct query_owner owner = {0, node, NULL};
	struct strvec mounts = STRVEC_INIT;
	struct emit e;
	int status = -1;

	emit_begin(&e, &a->body);
	emit_object(&e, NULL);
	emit_string(&e, "node", node);
	if (points_emit(p, &e, db, &query_resources, &owner) == 0 &&
	    query_mounts(db, node, DISKS_MAX, add_mount, &mounts) == 0)
		status = add_disks(db, node, p, &mounts, &e);
	emit_end(&e);
	strvec_release(&mounts);
	return status;
}

static int
see(void *context, struct db_statement *row)
{
	bool *there = context;

	(void)row;
	*there = true;
	return 0;
}

void
route_nodes_resources(struct db *db, const struct request *r, struct answer *a)
{
	static const char *const names[] = {
	    "since", "until", "points", "step_seconds", NULL};
	struct query_owner owner = {0, r->word[0], NULL};
	bool there = false;
	struct points p;

	if (!param_known(r, a, names) || !points_read(&p, r, a))
		return;
	if (query_node(db, r->word[0], see, &there) < 0 ||
	    points_see(&p, db, &query_resources, &owner) < 0) {
		route_failed(db, a);
		return;
	}
	if (!there)
		answer_error(a, 404, "there is no node '%s'", r->word[0]);
	else if (!points_settle(&p, a))
		return;
	else if (add_all(db, r->word[0], &p, a) < 0)
		route_failed(db, a);
	else
		answer_tag(a, r);
}
