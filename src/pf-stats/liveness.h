/* How a fuzzer process stands, decided from what could be seen of it. */
#ifndef PF_LIVENESS_H
#define PF_LIVENESS_H

#include <stdbool.h>
#include <stdint.h>

/* AFL++ rewrites fuzzer_stats each 60 s: older than twice that is old. */
#define LIVENESS_YOUNG_MS 120000

struct liveness {
	enum { PROCESS_UNKNOWN, PROCESS_NONE, PROCESS_HERE } process;
	/* The fuzzer told its end, or who runs it did. */
	bool ended;
	/* What it wrote came here from another machine, or may have. */
	bool foreign;
	/* Since it last wrote; below 0 where clocks differ. */
	int64_t age_ms;
	bool age_matters; /* whether it writes at regular times */
};

/* "running", "stale", "stopped", "dead", "remote" or "unknown". */
const char *liveness_state(const struct liveness *l);
/* Whether a process is there in that state: 1, 0, or STATS_UNKNOWN. */
int64_t liveness_alive(const char *state);

#endif
