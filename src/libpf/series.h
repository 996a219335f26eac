/*
 * Commands that run one after another below one keeper (child.h), each ended
 * with all that it started before the next begins: many short runs without
 * the cost of a keeper for each.
 *
 * A second command may be handed over while the first runs: the keeper goes on
 * to it without waiting for us. After a kill -9 of us the keeper ends what
 * runs and itself; after one of the keeper we end it in series_next.
 *
 * A cgroup is the keeper's for all its commands, and so is the namespace of
 * SysV memory. A pid namespace and a sandbox are made anew for each command,
 * which then has a keeper of its own and is not handed over ahead of time.
 */
#ifndef PF_SERIES_H
#define PF_SERIES_H

#include "child.h"

/* Commands that may be handed over and not be over. */
#define SERIES_DEPTH 2

struct series {
	/* What holds for all commands; argv, env, in, out, err are not used. */
	struct child_spec spec;
	struct child child; /* its keeper, for child_memory and child_cpu */
	struct series_shared *shared;
	unsigned begun, ended; /* commands, counted */
};

enum series_event {
	SERIES_NOTHING,
	SERIES_FAILED, /* the oldest could not be executed: errno says why */
	SERIES_GONE    /* nothing of the oldest is left: all of *end is set */
};

/* Borrows what the spec points to. Nothing is started yet. */
void series_init(struct series *s, const struct child_spec *spec);
/* May one more command be handed over? */
bool series_has_room(const struct series *s);
/*
 * Hands over a command; the descriptors are borrowed, -1 is /dev/null. A path
 * with a slash is executed as it is: what the kernel does not know is not
 * given to a shell. 0, or -1 with errno: E2BIG when the words are too long.
 */
int series_start(struct series *s, char *const argv[], char *const env[],
    const int descriptors[3]);
/* The descriptor to poll for POLLIN, then call series_next; -1: none. */
int series_fd(const struct series *s);
/* What has become of the oldest command; waits up to `timeout_ms`. */
enum series_event
series_next(struct series *s, struct child_end *end, int timeout_ms);
/*
 * Signals the oldest command's process group, and kills all of its processes.
 * One that is over meanwhile is not mistaken for the next.
 */
void series_signal(struct series *s, int signal);
void series_kill(struct series *s);
/* Kills what is left, ends the keeper, and frees. */
void series_release(struct series *s);

#endif
