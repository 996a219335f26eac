/* Keeping a store in order. */
#ifndef PF_MAINTAIN_H
#define PF_MAINTAIN_H

#include "buf.h"
#include "db.h"

/*
 * Looks for damage and for what does not fit together: how many such things
 * there are, each appended as a line, at most 100 of them. -1 with db_error.
 */
int maintain_check(struct db *db, struct buf *problems);

/* Gives back the room of what was deleted, in steps that hold nobody up for
 * long: *freed bytes. -1 with db_error. */
int maintain_vacuum(struct db *db, int64_t *freed);

/*
 * A copy of the store as it is at one moment, as a file that is there whole and
 * on the disk, or not at all. -1 with db_error; a server's store is not copied
 * this way: DB_FAULT_CONFIG.
 */
int maintain_backup(struct db *db, const char *path);

#endif
