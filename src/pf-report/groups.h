/* The groups for another program: lines as pf-dedup --groups prints them. */
#ifndef PF_REPORT_GROUPS_H
#define PF_REPORT_GROUPS_H

#include "buf.h"
#include "libstore/db.h"

/* Appends one JSON line a group, the worst first. 0, or -1 with the error. */
int groups_write(struct buf *out, struct db *db);

#endif
