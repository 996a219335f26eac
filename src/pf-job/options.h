/* The command line: a verb, its options and its operands. */
#ifndef PF_JOB_OPTIONS_H
#define PF_JOB_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "strvec.h"

/* Which options a verb takes beside the common ones. */
enum {
	TAKES_DB = 1,
	TAKES_NODE = 2,
	TAKES_FIT = 4, /* --capability, --tier */
	TAKES_LEASE = 8,
	TAKES_EPOCH = 16, /* and must have it */
	TAKES_REASON = 32,
	TAKES_STATE = 64,
	TAKES_TARGET = 128,
	TAKES_ATTEMPTS = 256
};

struct options;

struct verb {
	const char *name;
	int (*run)(const struct options *options);
	unsigned takes;
	int least, most; /* operands; most < 0: any number */
};

struct options {
	const struct verb *verb;
	const char *db;
	const char *node; /* NULL: not given */
	const char *state, *target, *reason;
	struct strvec capabilities, tiers;
	int64_t lease_ms, wait_ms;
	int64_t epoch;        /* -1: not given */
	int64_t max_attempts; /* of lines that do not say */
	char **operands;
};

/* `verbs` ends with a NULL name. Ends the program with 64 and the usage when
 * the command line makes no sense. */
void options_parse(
    struct options *o, int argc, char *argv[], const struct verb verbs[]);
void options_release(struct options *o);

#endif
