/* Making a snapshot. */
#ifndef PF_BACKUP_CREATE_H
#define PF_BACKUP_CREATE_H

/*
 * Stores the directory `source` as NAME-TIME.tar.zst and NAME-TIME.json in the
 * directory `to`, and prints an event line. Returns the exit status: 1 when
 * there was nothing to store, or when something changed or could not be read.
 */
int create(const char *name, const char *source, const char *to, int level);

#endif
