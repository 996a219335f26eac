/* The files in the seeds' directory. */
#ifndef PF_RUN_SEEDS_H
#define PF_RUN_SEEDS_H

#include <stdbool.h>
#include <stdint.h>

#include "strvec.h"

struct seeds {
	struct strvec name; /* relative, sorted; not those that are empty */
	unsigned empty;     /* files with nothing in them */
	char *largest;      /* name of the largest; NULL when there is none */
	uint64_t largest_bytes;
	size_t root_length; /* of the directory's path */
};

/*
 * Reads the directory with all below it. AFL++ (`plain`) takes no symbolic
 * links and leaves out directories whose names begin with a dot. 0, or -1 with
 * errno; released either way.
 */
int seeds_read(struct seeds *seeds, const char *directory, bool plain);
void seeds_release(struct seeds *seeds);

#endif
