/*
 * Logs that a fuzzer's workers write and that it removes: held open, so that
 * the report that led to a crash's file can still be read, and the small input
 * that libFuzzer prints after it. Each byte of them is looked at once.
 */
#ifndef PF_WORKER_LOGS_H
#define PF_WORKER_LOGS_H

#include <stdbool.h>

#include "buf.h"

#define WORKER_LOGS_HELD 64
/* A worker ends with its first artifact; targets may print look-alikes. */
#define WORKER_LOG_MARKS 8

/* A line "Test unit written to …/<artifact>". */
struct worker_mark {
	uint64_t artifact; /* hash of its name; 0 when it was settled */
	off_t start, end;  /* of the report, that line included */
};

struct worker_log {
	int fd; /* -1 in a free slot */
	ino_t inode;
	off_t scanned; /* whole lines up to here have been looked at */
	off_t after;   /* end of the last mark's line */
	struct worker_mark mark[WORKER_LOG_MARKS];
	unsigned marks; /* ever set; the last WORKER_LOG_MARKS are there */
	unsigned long long number;
};

struct worker_logs {
	struct worker_log log[WORKER_LOGS_HELD];
	unsigned long long opened;
};

void worker_logs_init(struct worker_logs *w);
void worker_logs_release(struct worker_logs *w);
/*
 * Opens and holds one, if it is not held yet. When all slots are taken, those
 * of removed logs without a report to be told are let go, or else the oldest.
 */
void worker_logs_hold(
    struct worker_logs *w, int job_fd, const char *dir, const char *name);
/* Reads what was added to them; call it before worker_logs_report. */
void worker_logs_scan(struct worker_logs *w);
/*
 * Appends the report that ends in "Test unit written to …/<artifact>", at
 * most `max` bytes from its end, and the bytes that the "Base64: " line after
 * it stands for, if there is one. False when no log has that line (yet).
 */
bool worker_logs_report(const struct worker_logs *w, const char *artifact,
    size_t max, struct buf *report, struct buf *content);
/* The artifact was told: its report is needed no more. */
void worker_logs_settled(struct worker_logs *w, const char *artifact);
/* The same as worker_logs_report, in text that is at hand. */
bool worker_logs_cut(const char *text, size_t len, const char *artifact,
    size_t max, struct buf *report, struct buf *content);

#endif
