/* Finding the process that writes a directory or a log. */
#ifndef PF_FUZZER_PROCESS_H
#define PF_FUZZER_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "lock.h"

/* The flock(2) locks of this machine, read once a round, when asked for. */
struct flocks {
	struct lock_row *row; /* by inode; owned */
	size_t count, cap;
	bool is_read;
};

void flocks_forget(struct flocks *f);
/* Who holds the lock on the file; 0 when nobody does or it cannot be seen. */
pid_t flocks_holder(struct flocks *f, const struct stat *file);

/*
 * The afl-fuzz that writes the instance directory `dir`: the one that holds
 * its lock, in whatever pid namespace, else the process `pid` as the file
 * said, if it is an afl-fuzz that was there at `update_ms`, when that was
 * written, and is not known to write elsewhere. 0 when there is none; `dir`
 * may be NULL, `pid` STATS_UNKNOWN.
 */
pid_t fuzzer_process_aflpp(
    struct flocks *f, const struct stat *dir, int64_t pid, int64_t update_ms);
/* Milliseconds since the epoch; STATS_UNKNOWN when it is gone. */
int64_t fuzzer_process_start(pid_t pid);
/*
 * Resident memory of the process and all below it; STATS_UNKNOWN when it is
 * gone.
 */
int64_t fuzzer_process_rss(pid_t pid);
/*
 * Whether some process of this machine has the file open for writing: 1, 0, or
 * -1 when that cannot be seen (another user's, another machine's).
 */
int fuzzer_process_writes(int fd);
/* Whether the file system may be written by other machines, too. */
bool fuzzer_process_shared(int fd);

#endif
