/*
 * Inputs that end the fuzzer each time it starts: taken out of the corpus, and
 * left out of the seeds, which stay as they are. The fuzzer is given links to
 * the others in their place.
 *
 *	quarantine/<xxh128>  what was taken out
 *	seeds/               links to the seeds that are left
 */
#ifndef PF_QUARANTINE_H
#define PF_QUARANTINE_H

#include "hash.h"
#include "job.h"

struct quarantined {
	char hash[HASH_TEXT];
	uint64_t bytes;
	int64_t since_ms; /* monotonic; 0: an earlier run */
};

struct search;

struct quarantine {
	struct job *job;
	struct quarantined *input;
	size_t count, cap;
	bool linked;           /* the fuzzer is given the links */
	char *links;           /* their directory; NULL or owned */
	struct search *search; /* that goes through the seeds now */
};

/* Keeps out of the seeds what earlier runs of the job took out. */
void quarantine_init(struct quarantine *q, struct job *job);
void quarantine_release(struct quarantine *q);
/*
 * Takes out the input that the artifact at `path` (relative) holds, told in
 * one sentence. True when it is out of what a process will start with that was
 * last started at `started_ms`; false when it was not among that.
 */
bool
quarantine_take(struct quarantine *q, const char *path, int64_t started_ms);

#endif
