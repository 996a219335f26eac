/* One holder at a time, by flock(2): gone with the process, however it ends.*/
#ifndef PF_LOCK_H
#define PF_LOCK_H

/*
 * Creates `name` below `dir_fd` if needed and locks it without waiting.
 * The descriptor (close-on-exec) holds the lock. -1 with errno; EWOULDBLOCK
 * when another holds it.
 */
int lock_take(int dir_fd, const char *name);

#endif
