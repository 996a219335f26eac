/*
 * The table of what can be asked, and of who may. A route is one row and one
 * function.
 */
#ifndef PF_SERVE_ROUTE_H
#define PF_SERVE_ROUTE_H

#include "libstore/db.h"
#include "request.h"

/* Where a route's function runs. */
enum lane {
	LANE_READ, /* on a reader's connection, inside one db_begin_read */
	LANE_WRITE /* on the writer's, alone, between two commits */
};

/*
 * Makes the answer. With a db_error that it does not understand it calls
 * route_failed, and no more.
 */
typedef void
route_answer(struct db *db, const struct request *r, struct answer *a);

struct route {
	enum method method;
	const char *pattern; /* "/api/v1/jobs/{}/renew" */
	unsigned roles;      /* any of them may; 0: everybody */
	enum lane lane;
	route_answer *answer;
};

/* Ends with a row whose pattern is NULL. */
extern const struct route routes[];

/* What db_error says, as an answer: 503 with a time to try again for what is
 * temporary, else 500. */
void route_failed(struct db *db, struct answer *a);

/* One file of functions for each kind of thing that is asked for. */
route_answer route_jobs_list, route_jobs_submit, route_jobs_claim,
    route_jobs_show, route_jobs_renew, route_jobs_finish, route_jobs_fail,
    route_jobs_cancel;
route_answer route_nodes_list, route_nodes_show, route_nodes_resources;
route_answer route_groups_list, route_groups_show, route_groups_patch;
route_answer route_crashes_list, route_crashes_show;
route_answer route_coverage, route_stats;

#endif
