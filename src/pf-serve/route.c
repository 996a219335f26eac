/* What can be asked. */
#include "route.h"

#include "progress.h"
#include "target.h"

#define API "/api/v1"

enum {
	NODE = ROLE_NODE | ROLE_ADMIN,
	READER = ROLE_READER | ROLE_ADMIN,
	ANYBODY = ROLE_NODE | ROLE_READER | ROLE_ADMIN
};

const struct route routes[] = {
    {METHOD_POST, API "/results/batch", NODE, LANE_BATCH, NULL},

    {METHOD_GET, API "/jobs", ANYBODY, LANE_READ, route_jobs_list},
    {METHOD_POST, API "/jobs", ROLE_ADMIN, LANE_WRITE, route_jobs_submit},
    {METHOD_POST, API "/jobs/claim", NODE, LANE_WRITE, route_jobs_claim},
    {METHOD_GET, API "/jobs/{}", ANYBODY, LANE_READ, route_jobs_show},
    {METHOD_POST, API "/jobs/{}/renew", NODE, LANE_WRITE, route_jobs_renew},
    {METHOD_POST, API "/jobs/{}/finish", NODE, LANE_WRITE, route_jobs_finish},
    {METHOD_POST, API "/jobs/{}/fail", NODE, LANE_WRITE, route_jobs_fail},
    {METHOD_POST, API "/jobs/{}/cancel", ROLE_ADMIN, LANE_WRITE,
	route_jobs_cancel},
    {METHOD_GET, API "/jobs/{}/progress", READER, LANE_STREAM, route_progress},

    {METHOD_GET, API "/bots", READER, LANE_READ, route_nodes_list},
    {METHOD_GET, API "/bots/{}", READER, LANE_READ, route_nodes_show},
    {METHOD_GET, API "/bots/{}/resources", READER, LANE_READ,
	route_nodes_resources},
    {METHOD_GET, API "/nodes", READER, LANE_READ, route_nodes_list},
    {METHOD_GET, API "/nodes/{}", READER, LANE_READ, route_nodes_show},
    {METHOD_GET, API "/nodes/{}/resources", READER, LANE_READ,
	route_nodes_resources},

    {METHOD_GET, API "/crash-groups", READER, LANE_READ, route_groups_list},
    {METHOD_GET, API "/crash-groups/{}", READER, LANE_READ, route_groups_show},
    {METHOD_PATCH, API "/crash-groups/{}", ROLE_ADMIN, LANE_WRITE,
	route_groups_patch},
    {METHOD_GET, API "/crashes", READER, LANE_READ, route_crashes_list},
    {METHOD_GET, API "/crashes/{}", READER, LANE_READ, route_crashes_show},
    {METHOD_GET, API "/artifacts/{}", READER, LANE_READ, route_artifact},

    {METHOD_GET, API "/coverage", READER, LANE_READ, route_coverage},
    {METHOD_GET, API "/stats", READER, LANE_READ, route_stats},

    {METHOD_POST, API "/system/maintenance", ROLE_ADMIN, LANE_CHORE,
	route_maintenance},
    {METHOD_GET, API "/openapi.json", 0, LANE_HERE, route_openapi},
    {METHOD_GET, "/healthz", 0, LANE_HERE, route_health},
    {METHOD_GET, "/readyz", 0, LANE_HERE, route_ready},
    {METHOD_GET, "/metrics", READER, LANE_READ, route_metrics},
    {METHOD_GET, "/", READER, LANE_CHORE, route_page},
    {METHOD_GET, "/report/{}", READER, LANE_CHORE, route_report},
    {METHOD_GET, NULL, 0, LANE_HERE, NULL},
};

const struct route *
route_find(struct request *r, unsigned *allowed)
{
	const struct route *route, *found = NULL;

	*allowed = 0;
	/* A part that is a name of ours is no name of anything else. */
	for (route = routes; found == NULL && route->pattern != NULL; route++) {
		if (!target_matches(r, route->pattern))
			continue;
		*allowed |= 1U << route->method;
		if (route->method == r->method)
			found = route;
	}
	return found;
}
