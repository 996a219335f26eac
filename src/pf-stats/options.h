/* What pf-stats was asked for. */
#ifndef PF_OPTIONS_H
#define PF_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "node_alert.h"
#include "output.h"

struct options {
	struct output output;
	char *alert_state; /* owned; NULL: kept in memory alone */
	bool nul;          /* paths on standard input end in NUL */
	bool history;      /* a series of each file instead of its end */
	bool host;
	bool raw;                     /* also what has no field in an event */
	int64_t sample_ms;            /* between two looks at the processors */
	int64_t follow_ms;            /* between two rounds; 0: one round */
	struct node_alert node_alert; /* all there is to do, if it has a name */
	char *const *operands;
};

/* Ends the program with 64 and one sentence when they are wrong. */
void options_parse(struct options *o, int argc, char *argv[]);
void options_release(struct options *o);

#endif
