/* States of fuzzer processes. */
#include "liveness.h"

#include "libengine/stats.h"

static bool
is_young(const struct liveness *l)
{
	return l->age_ms < LIVENESS_YOUNG_MS;
}

const char *
liveness_state(const struct liveness *l)
{
	if (l->process == PROCESS_HERE)
		return is_young(l) || !l->age_matters ? "running" : "stale";
	/* Old numbers of another machine are of a fuzzer that is gone there. */
	if (l->process == PROCESS_NONE && l->foreign && is_young(l))
		return "remote";
	if (l->ended)
		return "stopped";
	return l->process == PROCESS_UNKNOWN ? "unknown" : "dead";
}

int64_t
liveness_alive(const char *state)
{
	if (strcmp(state, "running") == 0 || strcmp(state, "stale") == 0)
		return 1;
	if (strcmp(state, "stopped") == 0 || strcmp(state, "dead") == 0)
		return 0;
	return STATS_UNKNOWN;
}
