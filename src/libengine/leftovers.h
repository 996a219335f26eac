/* Removing what a fuzzer left behind in a directory of its own. */
#ifndef PF_LEFTOVERS_H
#define PF_LEFTOVERS_H

/*
 * Empties the directory `path` below `fd`, which stays; nothing is removed
 * through a symbolic link or across a mount. What cannot be removed stays: it
 * is tried again the next time.
 */
void leftovers_remove(int fd, const char *path);
/*
 * Removes the regular files in it whose names begin with `prefix` and that
 * were not written to for `age_ms`.
 */
void leftovers_remove_old(
    int fd, const char *path, const char *prefix, long long age_ms);

#endif
