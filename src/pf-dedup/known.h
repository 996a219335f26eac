/* --known: groups that somebody else has seen, as lines of --groups. */
#ifndef PF_KNOWN_H
#define PF_KNOWN_H

struct dedup;

/*
 * Reads them into d->groups; those of other rules cannot be held against any
 * and are left out. Returns an exit code after a sentence: 1 when some are left
 * out. Ends the program when the file cannot be read or has other lines.
 */
int known_read(struct dedup *d, const char *path);

#endif
