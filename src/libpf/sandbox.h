/*
 * bubblewrap (bwrap(1)) in front of a command: a file system that can only be
 * read but for some directories, /dev, /proc, /tmp, processes and SysV memory
 * of its own, no capabilities, no network. All of it dies with bwrap, and that
 * with the keeper (--die-with-parent).
 */
#ifndef PF_SANDBOX_H
#define PF_SANDBOX_H

#include "child.h"

/*
 * Becomes bwrap running spec->argv, in the working directory that this process
 * is in. Returns only on failure, with errno: that of bwrap, or that which
 * executing argv[0] would have had.
 */
void sandbox_exec(const struct child_spec *spec, int status_fd);
/*
 * Waits until `bwrap`, a child of ours, has executed the command; `status_fd`
 * is the reading end of what was given to sandbox_exec. The command's pid and
 * its process group, in our pid namespace. A command that has ended already
 * gives bwrap's. -1 with ENOTSUP when bwrap could not do what it was asked to
 * (what it said is on the command's standard error), and ETIMEDOUT after 20 s.
 */
int sandbox_await(pid_t bwrap, int status_fd, pid_t *pid, pid_t *group);
/*
 * bwrap ends with 128 + N when its command was killed by signal N: as the
 * command's own wait status. A command that itself exits with 128 + N, where N
 * is a signal that ends processes, is taken for one that was killed.
 */
int sandbox_wait_status(int wait_status);

#endif
