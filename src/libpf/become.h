/* What a forked process does to itself before it executes the command. */
#ifndef PF_BECOME_H
#define PF_BECOME_H

#include "cgroup.h"
#include "child.h"

/* How it failed, through the pipe of the one who forked. */
struct become_failure {
	int error; /* errno */
	/* The containment was refused: nothing else was tried. */
	bool containment;
};

struct become {
	const struct child_spec *spec;
	enum child_containment containment;
	const struct cgroup *cgroup;
	int status_fd; /* of the sandbox */
	/* The writing end, whose reading end the parent alone has. */
	int failed_fd;
	/* In its place for become_directly: the parent, of our pid namespace.
	 */
	pid_t parent;
};

/*
 * The calling process dies with its parent, also if that is gone already;
 * `pipe_fd` is the writing end of a pipe whose reading end the parent alone
 * has. The pid of the parent would not tell: one outside of our pid namespace
 * is always 0.
 */
void become_mortal(int pipe_fd);
/* By default and unblocked, all of them. */
void become_default_signals(void);
/* Executes the command, or writes what failed and exits. */
_Noreturn void become_command(const struct become *b);
/*
 * The same in a child that shares its parent's memory until it executes
 * (vfork), is in the cgroup already, and whose signals are by default but for
 * the mask. Without a sandbox. Returns errno.
 */
int become_directly(const struct become *b);

#endif
