/* --sort-into: a directory a group, with its inputs by content. */
#ifndef PF_SORT_INTO_H
#define PF_SORT_INTO_H

#include "buf.h"
#include "groups.h"

struct dedup;

/*
 * "HIGH-0123456789abcdef-copy_bytes": letters, digits, dot, dash and
 * underscore, at most 140 of them, so that any file system takes it.
 */
void sort_into_name(struct buf *name, const struct group *group);
/*
 * Makes below `path` a directory for each group of this run, and in it for
 * each input a hard link, else a copy, named for its content. What is there
 * already stays; what is there and is something else is told. Returns an exit
 * status.
 */
int sort_into(struct dedup *d, const char *path);

#endif
