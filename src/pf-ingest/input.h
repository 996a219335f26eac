/* Event lines from files or standard input into the store. */
#ifndef PF_INPUT_H
#define PF_INPUT_H

#include "libstore/ingest.h"

struct input_limits {
	uint64_t batch;    /* events a transaction, at most */
	int64_t linger_ms; /* a pause this long commits what is there */
};

/* SIGTERM and SIGINT end reading; what was read is committed. */
void input_catch_signals(void);

/* Whether one has come. */
bool input_stopped(void);
/* 1 when there is something to read, 0 after `limit_ms` (-1: none) or when a
 * signal came, -1 with errno. */
int input_wait(int fd, int64_t limit_ms);

/*
 * Reads `files` (up to NULL), or standard input when there is none, plain or
 * packed, to the end and commits; calls `committed` after each commit, which
 * returns an exit status. Returns the exit status so far; a line that was
 * rejected does not count here.
 */
int
input_files(struct ingest *in, struct db *db, const struct input_limits *limits,
    char *const files[], int (*committed)(void *context), void *context);

#endif
