#include "log.h"

/* "==1234==ERROR: …" */
static bool
process_of(struct span line, uint64_t *pid)
{
	if (!span_starts(line, "=="))
		return false;
	line = span_skip(line, 2);
	return span_decimal(&line, pid) && span_starts(line, "==");
}

/* What a process still says after the stack of its report; 0: any. */
static bool
is_end(struct span line, uint64_t pid)
{
	uint64_t other;

	return span_starts(line, "SUMMARY: ") ||
	    span_starts(line, "artifact_prefix='") ||
	    span_starts(line, "Test unit written to ") ||
	    span_starts(line, "Base64: ") ||
	    (pid != 0 && process_of(line, &other) && other == pid);
}

/* Where the report's text ends, between `from` and `to`. */
static const char *
boundary(const struct report *report, const char *from, const char *to)
{
	struct span rest = {from, (size_t)(to - from)}, line;
	const char *at = from;
	uint64_t pid = 0;

	if (!process_of(report->error_line, &pid))
		pid = 0;
	while (span_line(&rest, &line))
		if (is_end(line, pid))
			at = rest.at != NULL ? rest.at : to;
	return at;
}

/* A process that goes on after its report has crashed once. */
static bool
is_same_process(const struct report *a, const struct report *b)
{
	uint64_t pid, other;

	return process_of(a->error_line, &pid) &&
	    process_of(b->error_line, &other) && pid == other;
}

/* Reads the report of another crash into log->ahead. */
static bool
look_ahead(struct log *log)
{
	while (log->after.len > 0 && report_next(log->ahead, &log->after))
		if (!is_same_process(log->report, log->ahead))
			return true;
	return false;
}

bool
log_begin(struct log *log, struct report *report, struct report *ahead,
    struct span text)
{
	*log = (struct log){.report = report,
	    .ahead = ahead,
	    .at = text.at,
	    .end = text.at + text.len,
	    .after = text};
	if (!report_next(report, &log->after))
		log->state = LOG_DONE;
	return log->state != LOG_DONE;
}

bool
log_next(struct log *log, struct span *one)
{
	const char *from, *stop = log->end;
	bool more;

	if (log->state == LOG_DONE)
		return false;
	if (log->state == LOG_AHEAD) {
		struct report last = *log->report;

		*log->report = *log->ahead;
		*log->ahead = last;
	}
	from = log->after.len > 0 ? log->after.at : log->end;
	more = look_ahead(log);
	if (more)
		stop = boundary(log->report, from, log->ahead->error_line.at);
	*one = (struct span){log->at, (size_t)(stop - log->at)};
	log->at = stop;
	log->state = more ? LOG_AHEAD : LOG_DONE;
	return true;
}
