/* Reading a snapshot back. */
#ifndef PF_BACKUP_CHECK_H
#define PF_BACKUP_CHECK_H

/*
 * Both read every byte of the archive, compare each file with the manifest,
 * and print an event line. They return the exit status: 65 when anything is
 * not as it was stored; each file that is missing or damaged is named.
 */
int check_verify(const char *path);
/* Restores into `to`, which must be empty or not there. */
int check_restore(const char *path, const char *to);

#endif
