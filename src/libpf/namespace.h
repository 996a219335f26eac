/*
 * A pid namespace for a child: its first process does nothing but reap what
 * is orphaned in it, and when that one dies the kernel kills all the others,
 * before its parent is told.
 */
#ifndef PF_NAMESPACE_H
#define PF_NAMESPACE_H

#include <sys/types.h>

struct namespace
{
	int ours;   /* the pid namespace before */
	pid_t init; /* its first process; 0: there is no namespace */
};

/*
 * From now on what this process forks is in a pid namespace of its own, as a
 * child of this process all the same, with its pid here. -1 with errno where
 * that cannot be had (CAP_SYS_ADMIN): nothing has changed then.
 */
int namespace_enter(struct namespace *n);
/* Kills all that is in it, without waiting for it. */
void namespace_kill(struct namespace *n);
/* The same, waits, and what is forked from now on is here again. */
void namespace_leave(struct namespace *n);

#endif
