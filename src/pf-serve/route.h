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
	LANE_READ,  /* on a reader's connection, inside one db_begin_read */
	LANE_WRITE, /* on the writer's, alone, between two commits */
	LANE_HERE,  /* at once, without a store: it never waits */
	LANE_CHORE, /* by itself, for as long as it takes, without a store */
	/* The two that are no function's: */
	LANE_BATCH, /* lines for the writer, who commits many together */
	LANE_STREAM /* an answer without an end: progress.h */
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

/*
 * The row for the request's path and method, with its words. NULL: there is no
 * such path, and *allowed is 0, or none with this method, and *allowed is the
 * set (1 << method) of those that it has.
 */
const struct route *route_find(struct request *r, unsigned *allowed);

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
route_answer route_coverage, route_stats, route_openapi;
route_answer route_artifact;
route_answer route_health, route_ready, route_metrics;
route_answer route_maintenance;
route_answer route_page, route_report;

#endif
