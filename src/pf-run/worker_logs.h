/*
 * Logs that a fuzzer's workers write and that it removes: held open, so that
 * the report that led to a crash's file can still be read.
 */
#ifndef PF_WORKER_LOGS_H
#define PF_WORKER_LOGS_H

#include <stdbool.h>

#include "buf.h"

#define WORKER_LOGS_HELD 64

struct worker_logs {
	int fd[WORKER_LOGS_HELD];
	unsigned next; /* the slot that the next log takes */
};

void worker_logs_init(struct worker_logs *w);
void worker_logs_release(struct worker_logs *w);
/* Opens and holds one; the oldest is let go. */
void worker_logs_hold(
    struct worker_logs *w, int job_fd, const char *dir, const char *name);
/*
 * Appends the report that ends in "Test unit written to …/<artifact>", at
 * most `max` bytes from its end. False when no log has that line (yet).
 */
bool worker_logs_report(const struct worker_logs *w, const char *artifact,
    size_t max, struct buf *report);
/* The same, in text that is at hand. */
bool worker_logs_cut(const char *text, size_t len, const char *artifact,
    size_t max, struct buf *report);

#endif
