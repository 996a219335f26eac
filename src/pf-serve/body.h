/*
 * A JSON object that came as a body. Each function returns false after it has
 * made the answer: 400, with a sentence that names the member.
 */
#ifndef PF_SERVE_BODY_H
#define PF_SERVE_BODY_H

#include "arena.h"
#include "request.h"
#include "scan.h"

struct body {
	struct scan scan;
	struct arena arena; /* owns the texts */
	struct answer *a;
};

/* Reads it; no body at all is an object without members. Those that are not
 * among `names`, up to a NULL, are refused. */
bool body_read(struct body *b, const struct request *r, struct answer *a,
    const char *const *names);
/* Also after body_read has failed. */
void body_release(struct body *b);

/* A text of `most` bytes at most, not empty; untouched when it is absent. */
bool
body_text(struct body *b, const char *name, size_t most, const char **value);
/* An integer from `least` to `most`; the same. */
bool body_count(struct body *b, const char *name, int64_t least, int64_t most,
    int64_t *value);
/* An array of texts that are not empty, as JSON; the same. */
bool body_names(struct body *b, const char *name, const char **value);
/* Whether it is there. */
bool body_needs(struct body *b, const char *name);

#endif
