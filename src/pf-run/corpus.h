/*
 * A corpus directory, counted, and what came into it since the last look. A
 * directory that has not changed is not read; a name that is known costs one
 * search and, of some thousand names a look, one stat: a fuzzer may write a
 * testcase anew in place. Twelve bytes a file are kept.
 */
#ifndef PF_CORPUS_H
#define PF_CORPUS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "journal.h"

struct corpus_entry {
	uint32_t name[2];       /* hash of the name, its upper half first */
	unsigned bytes : 31;    /* the most that fits for larger files */
	unsigned is_untold : 1; /* it came, and was not told yet */
};

struct corpus {
	char *path; /* relative to the job's directory; or NULL */
	char *instance;
	struct corpus_entry *entry; /* in the order of their names */
	size_t count, room;         /* count: what was there at the last look */
	uint64_t bytes;             /* of these */
	size_t untold;              /* of these */
	size_t next_stat;           /* where the next look begins with it */
	struct timespec changed;    /* of the directory, at the last look */
	bool looked;                /* `changed` tells that nothing did since */
	unsigned passed_over;       /* looks in a row that did not read it */
	bool failed;
};

/* A `path` of NULL is a fuzzer that keeps no corpus. */
void corpus_init(struct corpus *c, const char *path, const char *instance);
void corpus_release(struct corpus *c);
/*
 * Takes in what is there without telling it: what an earlier run told. False
 * when there is no such directory (yet).
 */
bool corpus_baseline(struct corpus *c, int job_fd);
/*
 * Looks again and tells what was added: at most 200 names an event and 2000 a
 * call. True when there is more to tell: call it again soon.
 */
bool corpus_tell(struct corpus *c, int job_fd, struct journal *journal);
/* One event with count and bytes as they are now, whatever was added. */
void corpus_tell_count(struct corpus *c, int job_fd, struct journal *journal);

#endif
