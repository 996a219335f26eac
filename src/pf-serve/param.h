/*
 * What stands behind the question mark. Each returns false after it has made
 * the answer: 400, with a sentence that names the parameter.
 */
#ifndef PF_SERVE_PARAM_H
#define PF_SERVE_PARAM_H

#include "cursor.h"
#include "request.h"

#define PARAM_LIMIT 100
#define PARAM_LIMIT_MAX 1000

/* Whether all that is asked for is among `names`, up to a NULL. */
bool param_known(
    const struct request *r, struct answer *a, const char *const *names);
/* An integer from `least` to `most`; untouched when it is absent. */
bool param_count(const struct request *r, struct answer *a, const char *name,
    int64_t least, int64_t most, int64_t *value);
/* A time in the form of events, in milliseconds; the same. */
bool param_time(const struct request *r, struct answer *a, const char *name,
    int64_t *value);
/* One of `choices`, up to a NULL; NULL when it is absent. */
bool param_choice(const struct request *r, struct answer *a, const char *name,
    const char *const *choices, const char **value);
/* limit and after; the cursor is untouched when there is none. */
bool param_page(const struct request *r, struct answer *a, int64_t *limit,
    struct cursor *after);

#endif
