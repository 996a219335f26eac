/* Options of pf-replay. */
#ifndef PF_OPTIONS_H
#define PF_OPTIONS_H

#include "task.h"

struct options {
	bool filter, nul, sandbox;
	unsigned jobs;
	char **inputs; /* up to the command; inputs[input_count] is not ours */
	size_t input_count;
	const char *rules;
};

/* Ends the program when they are not right. */
void
options_parse(struct options *o, struct replay *replay, int argc, char *argv[]);

#endif
