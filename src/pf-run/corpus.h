/* A corpus directory, counted, and what came into it since the last look. */
#ifndef PF_CORPUS_H
#define PF_CORPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "journal.h"

struct corpus_entry {
	uint64_t name; /* hash of the name; 0 marks a free slot */
	uint32_t bytes;
	uint32_t seen; /* the scan that saw it last */
};

struct corpus {
	char *path; /* relative to the job's directory */
	char *instance;
	struct corpus_entry *slot;
	size_t slots, count;
	uint64_t bytes;
	uint32_t scan;
	bool failed;
};

/* With a path of NULL there is none, and nothing is ever told of it. */
void corpus_init(struct corpus *c, const char *path, const char *instance);
void corpus_release(struct corpus *c);
/*
 * Takes in what is there without telling it: what an earlier run told. False
 * when there is no such directory (yet).
 */
bool corpus_baseline(struct corpus *c, int job_fd);
/* Looks again and tells what was added, at most 200 names an event. */
void corpus_tell(struct corpus *c, int job_fd, struct journal *journal);

#endif
