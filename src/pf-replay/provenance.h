/* Crash inputs that pf-run kept, with how they were found beside them. */
#ifndef PF_PROVENANCE_H
#define PF_PROVENANCE_H

#include <jansson.h>

/*
 * The crash event that pf-run told of the input at `path`, with its id, from
 * PATH.json: command, environment, kind and report. The caller owns the tree;
 * NULL when there is no such file or it is something else.
 */
json_t *provenance_event(const char *path);

#endif
