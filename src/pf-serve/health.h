/* Whether the server does its work. */
#ifndef PF_SERVE_HEALTH_H
#define PF_SERVE_HEALTH_H

#include "http.h"

struct health_options {
	struct writer *writer;
	const char *db, *artifacts; /* paths whose disks are looked at; NULL */
	double free_min;            /* ratio of a disk */
};

/* Before the first question; the options are copied, `writer` borrowed. */
void health_watch(const struct health_options *options);
/* From now on the server is not ready. */
void health_stop(void);

#endif
