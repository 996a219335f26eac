/* Lines that were refused: told of on standard error, kept in a file. */
#ifndef PF_REJECTS_H
#define PF_REJECTS_H

#include "libstore/ingest.h"

struct rejects {
	int fd;           /* -1: told of only */
	const char *path; /* borrowed */
	int status;       /* of the worst failure to keep one; 0 */
};

/* Appends to `path`; NULL keeps none. 0, or an exit status after one
 * sentence. */
int rejects_open(struct rejects *r, const char *path);
/* An ingest_reject; `context` is the struct rejects. */
void rejects_add(void *context, const struct ingest_refused *line);
/* Returns `status` or what a failure makes of it. */
int rejects_close(struct rejects *r, int status);

#endif
