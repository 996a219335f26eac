/* A fuzzer's output, kept on disk in two files of bounded size. */
#ifndef PF_LOGFILE_H
#define PF_LOGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct logfile {
	int dir_fd; /* borrowed */
	int fd;
	char *name; /* NAME.log, and NAME.log.1 for what was before */
	uint64_t size, max;
	bool failed; /* told once that it cannot be written */
};

/* -1 with errno. `max` bytes a file. */
int logfile_open(struct logfile *l, int dir_fd, const char *name, uint64_t max);
/* Whether the next `n` bytes would begin another file. */
bool logfile_is_full(const struct logfile *l, size_t n);
/* Never fails: what the disk does not take is lost, and told once. */
void logfile_add(struct logfile *l, const char *bytes, size_t n);
void logfile_close(struct logfile *l);

#endif
