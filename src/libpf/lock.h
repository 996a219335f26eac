/* One holder at a time, by flock(2): gone with the process, however it ends.*/
#ifndef PF_LOCK_H
#define PF_LOCK_H

#include <stdbool.h>
#include <sys/types.h>

struct buf;

/*
 * Creates `name` below `dir_fd` if needed and locks it without waiting.
 * The descriptor (close-on-exec) holds the lock. -1 with errno; EWOULDBLOCK
 * when another holds it, or looks whether one does (lock_look).
 */
int lock_take(int dir_fd, const char *name);
/*
 * Writes our pid into the file of a lock that was taken, for lock_look. -1
 * with errno; the lock holds all the same.
 */
int lock_sign(int fd);

struct lock_holder {
	bool held;
	pid_t pid;    /* of who holds it, as seen from here; 0: not known */
	pid_t signer; /* as lock_sign wrote it, however long ago; 0: nobody */
};

/*
 * Who holds the lock on the open file `fd`, without waiting. The signature is
 * never believed alone: `pid` is the holder's by proc_locks(5). -1 with errno.
 */
int lock_look(int fd, struct lock_holder *holder);

/*
 * Whether who took it is gone, and only a keeper (child.h) holds it until it
 * has ended what that one had started.
 */
bool lock_is_ending(const struct lock_holder *holder);

/* A lock by flock(2) for writing, as proc_locks(5) tells of the machine. */
struct lock_row {
	pid_t pid;    /* as seen from here */
	dev_t device; /* some file systems give stat(2) another one */
	ino_t inode;
};

/* Appends the text of /proc/locks; -1 with errno. */
int lock_read_all(struct buf *text);
/* The next such lock of that text, from *at on; false at its end. */
bool lock_next_row(const char **at, struct lock_row *row);

#endif
