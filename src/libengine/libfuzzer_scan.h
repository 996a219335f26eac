/*
 * A whole libFuzzer log at once: what the processes that wrote to it have done
 * together. One log may hold many of them: restarts, -jobs (whose parent
 * appends each worker's log), the attempts of -merge. Most lines are only
 * looked at; the last status line of each process is parsed.
 */
#ifndef PF_LIBFUZZER_SCAN_H
#define PF_LIBFUZZER_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "artifact_set.h"
#include "libfuzzer_log.h"

/* A longer line is none of libFuzzer's. */
#define LIBFUZZER_LINE_MAX 4096

struct libfuzzer_scan {
	struct libfuzzer_log log; /* of the process that wrote last */
	struct stats before;      /* of those before it, together */
	int64_t edges_total;      /* counters in its target; STATS_UNKNOWN */
	bool recognized;          /* at least one line was libFuzzer's */
	bool ended;               /* the last process told its end */
	bool told;                /* a number, by any process */
	bool begun;               /* a process was seen to begin */
	bool headless;            /* one was not: the log's beginning is lost */
	bool failed;              /* a process ended at an error */
	/* Its last status line, not parsed yet. */
	char line[LIBFUZZER_LINE_MAX];
	size_t line_len;
	struct artifact_set artifacts;
};

void libfuzzer_scan_init(struct libfuzzer_scan *s);
void libfuzzer_scan_release(struct libfuzzer_scan *s);
/*
 * Takes the whole lines among the bytes, each with its newline, and returns
 * how many bytes those were; the rest is to come again, with more behind it.
 */
size_t
libfuzzer_scan_add(struct libfuzzer_scan *s, const char *bytes, size_t n);
/*
 * What they came to, added to *stats, which the caller has initialised. False
 * when no line told any number. More lines may follow.
 */
bool libfuzzer_scan_stats(struct libfuzzer_scan *s, struct stats *stats);

#endif
