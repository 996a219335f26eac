/*
 * The machine as a `resource` event, from /proc, the cgroups and statvfs(3).
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
 * The disk that holds `path` is one to tell of, each file system once, from
 * now on until host_clear_disks. The path is looked at by host_event: who
 * knows already that it is missing, and has said so, does not add it.
 */
void host_add_disk(struct host *h, const char *path);
void host_clear_disks(struct host *h);
/*
 * Waits until `sample_ms` have passed since the last sample, takes the next
 * one and appends the event line of the time between. The disks are those that
 * were added, or the one of "/" when none was. What could not be read is absent
 * and named in one sentence; returns an exit status, 0 or 1.
 */
int host_event(struct host *h, int64_t sample_ms, struct buf *line);

#endif
