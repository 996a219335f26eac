/* Logs in which several crashes have each left a report. */
#ifndef PF_LOG_H
#define PF_LOG_H

#include "libcrash/trace.h"

/* A log that is read; all that it points to is the caller's. */
struct log {
	/* The report that log_next gave, and the one behind it. */
	struct report *report, *ahead;
	const char *at, *end;
	struct span after;
	enum { LOG_FIRST, LOG_AHEAD, LOG_DONE } state;
};

/* False when there is no report in the text. */
bool log_begin(struct log *log, struct report *report, struct report *ahead,
    struct span text);
/*
 * Gives the next report in log->report, and in `one` the text of it: what
 * stands between two of them and is not the end of the former, as the words of
 * an assertion, is the latter's. All texts together are the log. False when
 * there are no more.
 */
bool log_next(struct log *log, struct span *one);

#endif
