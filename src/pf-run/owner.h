/* Giving what the fuzzer writes to the user that it becomes. */
#ifndef PF_OWNER_H
#define PF_OWNER_H

#include <sys/types.h>

/*
 * Makes uid and gid the owner of the directory `path` below `root` and of all
 * in it, following no symbolic link and crossing no mount. What belongs to
 * them already is not looked into. -1 with errno at the first failure.
 */
int owner_give(int root, const char *path, uid_t uid, gid_t gid);

#endif
