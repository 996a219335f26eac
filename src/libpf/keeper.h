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

/*
 * What keepers of all kinds do first: they let go of what they inherited, but
 * for the `keep` descriptors (-1: none), are in a session of their own, and
 * adopt. *signals is read for SIGCHLD. 0 or errno.
 */
int keeper_begin(const int *keep, size_t count, int *signals);
/* Its three descriptors are /dev/null from now on. */
void keeper_let_go(void);

/*
 * On our side. Those that live are remembered: they are not to be swept when
 * another one was killed.
 */
bool keeper_has_room(void);
void keeper_remember(pid_t pid);
void keeper_forget(pid_t pid);
/* 1, 0 when the keeper is gone, -1 when it has said nothing `now`. */
int keeper_receive(int fd, struct keeper_report *report, bool now);
/* Where one is wanted and to be had: c->cgroup. */
void child_make_cgroup(struct child *c, const struct child_spec *spec);
/* Kills what is in it and removes it. */
void child_drop_cgroup(struct child *c);
/* The keeper was killed, its children are ours now: ends them. */
void child_keeper_lost(struct child *c, struct child_end *end);

#endif
