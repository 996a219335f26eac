/*
 * The machine as a `resource` event, from /proc, cgroup v2 and statvfs(3).
 */
#ifndef PF_HOST_H
#define PF_HOST_H

#include <stdint.h>

#include "buf.h"

struct host;

/* Takes the first of the two samples that a share of CPU time needs. */
struct host *host_new(void);
void host_free(struct host *h);
/*
 * The disk that holds `path` is one to tell of, each file system once. A path
 * that cannot be looked at is named in one sentence; returns an exit status.
 */
int host_add_disk(struct host *h, const char *path);
/*
 * Waits until `sample_ms` have passed since the last sample, takes the next
 * one and appends the event line of the time between. What could not be read
 * is absent and named in one sentence; returns an exit status, 0 or 1.
 */
int host_event(struct host *h, int64_t sample_ms, struct buf *line);

#endif
