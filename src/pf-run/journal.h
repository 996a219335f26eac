/*
 * What happens, told: each event line goes to events.jsonl in the job's
 * directory first and to standard output second. Standard output is fed from
 * the file and only when it would not block, so a reader that is slow or gone
 * costs the fuzzing nothing and the program no memory. Only what a full disk
 * refuses is kept in memory, and goes to standard output from there. A file
 * that has become large is set aside as events.jsonl.1, .2 and so on, once
 * standard output has all of it.
 */
#ifndef PF_JOURNAL_H
#define PF_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "event.h"

struct journal {
	int fd;
	int job_fd;         /* borrowed */
	int64_t size_max;   /* of the file */
	unsigned set_aside; /* the number that the last one got, if known */
	int64_t sent;       /* bytes that standard output has or had before */
	int64_t size;       /* bytes in the file */
	struct buf waiting; /* lines that could not be written yet */
	bool told_full;
	int out_error; /* errno of standard output; 0 while it works */
	const char *node, *job, *target, *fuzzer;
};

/*
 * Opens or creates the file; a torn last line of a killed run is cut off.
 * -1 with errno. The names are borrowed; `size_max` is what the file may
 * become before it is set aside.
 */
int journal_open(struct journal *j, int job_fd, uint64_t size_max,
    const char *job, const char *target, const char *fuzzer);
/*
 * Drains to standard output and closes. A reader that takes nothing is waited
 * for until SIGTERM, SIGINT or SIGHUP comes or `patience_ms` (-1: without end)
 * have passed.
 */
void journal_close(struct journal *j, int patience_ms);
/*
 * Tells one fact: `data` is its JSON object, `fact` what its id is made from
 * (NULL: the data), `time_ms` when it happened.
 */
void journal_tell(struct journal *j, const char *type, int64_t time_ms,
    const char *fact, const struct buf *data);
/* Whether there are lines that the file does not have yet. */
bool journal_behind(const struct journal *j);
/* Whether to poll standard output for POLLOUT. */
bool journal_wants_out(const struct journal *j);
/*
 * Call when standard output can take something: writes a piece, of whole lines
 * unless one is longer than 4096 bytes.
 */
void journal_pump(struct journal *j);
/* Tries again to write what the full disk refused. */
void journal_retry(struct journal *j);
/* Sets a large file aside; call it now and then. */
void journal_rotate(struct journal *j);
/* Waits until the file is on the disk; -1 with errno. */
int journal_sync(const struct journal *j);
/* 0, or the exit status that lost output asks for. */
int journal_status(const struct journal *j);

#endif
