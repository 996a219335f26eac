/*
 * Crash inputs: each file that the fuzzer leaves is copied into crashes/ under
 * the hash of its content, told as one event, and then written down with how
 * it was found. The last step is the mark that it was told: a run that is
 * killed in between tells it again under the same id.
 *
 * An input whose content a full disk has cost is told too, as lost, and marked
 * by crashes/lost-<hash of its name>.json.
 */
#ifndef PF_CRASHES_H
#define PF_CRASHES_H

#include "job.h"
#include "journal.h"
#include "nameset.h"
#include "stage.h"
#include "worker_logs.h"

/* Crashes that are told before their marks are written together. */
#define CRASHES_MARKS 32

struct crash_file; /* one that waits to be told */

struct crashes {
	const struct job *job;
	struct journal *journal;
	struct job_totals *totals;
	struct worker_logs logs;
	struct crash_file *waiting;
	size_t count, cap;
	struct nameset queued;  /* what waits, by its path */
	struct nameset settled; /* files that were dealt with, as they were */
	struct stage mark[CRASHES_MARKS]; /* of those told just now */
	size_t marks;
	bool overflowed; /* more files came than may wait */
	bool told_keep_failed;
	/*
	 * Optional, set after crashes_init: the report that the process named
	 * `instance` gave itself, as `report` of engine.h.
	 */
	bool (*ask)(void *context, const char *instance, const char *dir,
	    const char *name, struct buf *report);
	void *context;
	int64_t told;       /* in this run */
	int64_t lost;       /* of these, inputs whose content is lost */
	int64_t lost_alert; /* how many the last alert told of */
	int64_t alert_ms;   /* when the next one may be told */
};

void crashes_init(struct crashes *c, const struct job *job,
    struct journal *journal, struct job_totals *totals);
void crashes_release(struct crashes *c);
/* A file in a directory of crashes or hangs, closed after writing. */
void crashes_found(struct crashes *c, enum engine_directory kind,
    const char *dir, const char *name);
/*
 * Tells what waits, if its report is there, its time is up (by the monotonic
 * clock `now_ms`), or `all`. Unless `all`, it takes some 20 ms at most. What
 * cannot be kept (a full disk) goes on waiting, also then.
 */
void crashes_settle(struct crashes *c, int64_t now_ms, bool all);
/* How many wait; after crashes_settle with `all`, those not to be kept. */
size_t crashes_untold(const struct crashes *c);
/* When crashes_settle should be called again; -1 when nothing waits. */
int64_t crashes_due(const struct crashes *c);
/*
 * True once after crashes_found had to let files go because too many waited,
 * when there is room again: the directories must be looked through.
 */
bool crashes_rescan_due(struct crashes *c);

#endif
