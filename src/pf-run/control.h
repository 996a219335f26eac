/* Jobs asked for from outside: how they stand, that they stop, what there is.*/
#ifndef PF_RUN_CONTROL_H
#define PF_RUN_CONTROL_H

/*
 * Each writes one JSON object a line to standard output (out.h) for each job,
 * sentences to standard error, and returns the worst exit status. The lists
 * end with NULL.
 */

/* 0 when all of them run, 1 when some do not. */
int control_status(char *const directories[]);
/* 0 when all of them ran and have ended now, 1 when some did not run. */
int control_stop(char *const directories[]);
/* The jobs right below the directories; 0 also when there are none. */
int control_list(char *const directories[]);

#endif
