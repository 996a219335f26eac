/* What stands in a request's first line (RFC 9112 3.2, RFC 3986). */
#ifndef PF_SERVE_TARGET_H
#define PF_SERVE_TARGET_H

#include "request.h"

/*
 * Reads "/path?name=value&…" into the request: the path as it is, the query
 * decoded. NULL, or what is wrong as a sentence.
 */
const char *target_read(struct request *r, const char *target);

/*
 * Whether the path is what `pattern` says, with each {} for one part that is
 * not empty. Sets the words, which are decoded: a slash that was written as
 * %2F parts nothing.
 */
bool target_matches(struct request *r, const char *pattern);

#endif
