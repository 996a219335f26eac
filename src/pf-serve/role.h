/* Who asks, and what they may. */
#ifndef PF_SERVE_ROLE_H
#define PF_SERVE_ROLE_H

#include <stdbool.h>

/* A set of these. */
enum {
	ROLE_NODE = 1,   /* sends events and works on jobs, as one node */
	ROLE_READER = 2, /* asks */
	ROLE_ADMIN = 4   /* does all, for any node */
};

struct caller {
	unsigned roles; /* 0: nobody we know */
	bool known;     /* it came with a token that is in the list */
	/* The only node that it may speak for; empty: any. */
	char node[256];
};

#endif
