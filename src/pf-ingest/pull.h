/* A session with a command that is run for it. */
#ifndef PF_PULL_H
#define PF_PULL_H

#include <sys/types.h>

struct pull {
	pid_t pid;
	int in, out; /* from and to the command */
};

/* Runs `command` by sh -c; -1 with errno. */
int pull_begin(struct pull *p, const char *command);
/* No more answers: what it gives is not read either. Returns an exit status,
 * after one sentence when it failed. */
int pull_end(struct pull *p, const char *command);

#endif
