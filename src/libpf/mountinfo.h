/* The lines of /proc/PID/mountinfo (proc(5)). */
#ifndef PF_MOUNTINFO_H
#define PF_MOUNTINFO_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct mount {
	uint64_t id;
	struct buf root;    /* of the file system, what is mounted */
	struct buf point;   /* where; both any bytes */
	struct buf type;    /* "ext4" */
	struct buf options; /* of the file system, "rw,memory" */
};

void mount_init(struct mount *m);
void mount_release(struct mount *m);
/*
 * Takes one line at *at, which moves behind it, into an initialized `m`; lines
 * that are cut short are passed over. False at the end of the text.
 */
bool mount_next(struct mount *m, const char **at);
/* Whether the list "rw,memory" has the word. */
bool mount_has_option(const struct mount *m, const char *option);

#endif
