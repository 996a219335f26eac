/* How a crash was found: the data of its event and its file in crashes/. */
#ifndef PF_PROVENANCE_H
#define PF_PROVENANCE_H

#include "hash.h"
#include "job.h"

/* Bytes of a report that are kept, from its end. */
#define PROVENANCE_REPORT_MAX (64 * 1024)
/* Room for "lost-" and a hash. */
#define PROVENANCE_MARK (HASH_TEXT + 5)

struct provenance {
	const struct job *job;
	const char *kind; /* NULL when not known from the file alone */
	int signal;       /* 0 when not known */
	const char *name; /* the artifact's, as the fuzzer gave it */
	const char *path; /* the artifact, relative to the job's directory */
	char *instance;
	char mark[PROVENANCE_MARK]; /* what the event's id and the file in
				     * crashes/ are called after */
	const char *hash;           /* of the content; NULL when it is lost */
	uint64_t bytes;
	bool rescued; /* the content comes from the log */
	bool damaged; /* it is not all that the fuzzer had */
	bool lost;
	int64_t time_ms;
	const struct buf *report; /* empty when there is none */
};

/* The `data` object of a crash event, appended. */
void provenance_event(struct buf *data, const struct provenance *p);
/*
 * What crashes/<xxh128>.json says: all that is needed to reproduce it without
 * the system it was found on. Ends with a newline.
 */
void
provenance_file(struct buf *text, const struct provenance *p, const char *node);

#endif
