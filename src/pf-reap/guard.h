/* Directories that nobody means. */
#ifndef PF_REAP_GUARD_H
#define PF_REAP_GUARD_H

/*
 * NULL when the opened directory may be reaped; else why not: it is the root,
 * somebody's home (HOME and the account's), or above it.
 */
const char *guard_refuses(int dir);

#endif
