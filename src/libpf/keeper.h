/* The keeper's side of child.h and the messages between the two. */
#ifndef PF_KEEPER_H
#define PF_KEEPER_H

#include "child.h"

enum keeper_verb { KEEPER_SIGNAL, KEEPER_SIGNAL_GROUP, KEEPER_KILL };

struct keeper_command {
	enum keeper_verb verb;
	int signal;
};

enum keeper_event {
	KEEPER_STARTED,
	KEEPER_FAILED,
	KEEPER_EXITED,
	KEEPER_EMPTY
};

struct keeper_report {
	enum keeper_event event;
	enum child_containment containment;
	pid_t pid, init; /* as in struct child */
	int error;       /* errno of the fork or exec */
	int wait_status;
	int64_t cpu_ms, peak_rss_bytes;
	unsigned swept, left;
};

/*
 * Runs in the forked keeper and does not return. It removes the cgroup when
 * all has ended, but for what a failed start has left.
 */
_Noreturn void keeper_main(
    int socket, const struct child_spec *spec, const struct cgroup *cgroup);

#endif
