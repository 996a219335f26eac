/* The snapshots in a directory. */
#ifndef PF_BACKUP_LIST_H
#define PF_BACKUP_LIST_H

/*
 * Prints a JSON line for every snapshot in `dir`, by name. What is no whole
 * snapshot is told of and makes the exit status 1.
 */
int list(const char *dir);

#endif
