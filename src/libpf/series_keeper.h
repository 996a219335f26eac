/* The keeper's side of series.h and the messages between the two. */
#ifndef PF_SERIES_KEEPER_H
#define PF_SERIES_KEEPER_H

#include "series.h"

#define SERIES_WORDS_MAX (4 << 20)

/* Memory that both sides see: a request's words, one string after another. */
struct series_slot {
	int error; /* of the exec that failed, from the child */
	char words[SERIES_WORDS_MAX];
};

struct series_shared {
	struct series_slot slot[SERIES_DEPTH];
};

enum series_verb { SERIES_RUN, SERIES_SIGNAL, SERIES_KILL };

struct series_request {
	enum series_verb verb;
	unsigned number; /* of the command that it is for */
	int signal;
	/* Of SERIES_RUN: strings in the slot number % SERIES_DEPTH. */
	unsigned argc, envc;
	bool given[3]; /* the descriptors that come along */
};

/* Runs in the forked keeper and does not return. */
_Noreturn void series_keeper_main(int socket, const struct child_spec *spec,
    const struct cgroup *cgroup, struct series_shared *shared);

#endif
