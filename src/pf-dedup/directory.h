/* Directories of crashes. */
#ifndef PF_DIRECTORY_H
#define PF_DIRECTORY_H

#include <stdbool.h>

struct dedup;

/*
 * Reads all that tells of crashes below it, each directory in the order of its
 * names; returns an exit code. Links are not followed.
 */
int directory_read(struct dedup *d, const char *path);
/* Is it an input that libFuzzer keeps since it is slow, and no crash? */
bool directory_is_slow(const char *path);

#endif
