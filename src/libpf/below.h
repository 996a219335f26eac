/*
 * Opening what lies below a directory without ever leaving it (openat2(2)).
 */
#ifndef PF_BELOW_H
#define PF_BELOW_H

#include <stdbool.h>

/*
 * Opens `path` below `root` with open(2)'s `flags` and O_CLOEXEC, following no
 * symbolic link in any part of it. Unless `cross_mounts`, a mount, also a bind
 * mount of the same file system, fails with EXDEV. -1 with errno. Where there
 * is no openat2 the parts are opened one by one, which does not notice a bind
 * mount.
 */
int below_open(int root, const char *path, int flags, bool cross_mounts);

#endif
