#include "log.h"

#include <string.h>

/* "==1234==ERROR: …" */
static bool
process_of(struct span line, uint64_t *pid)
{
	if (!span_starts(line, "=="))
		return false;
	line = span_skip(line, 2);
	return span_decimal(&line, pid) && span_starts(line, "==");
}

bool
log_has_several(const char *text, size_t len)
{
	struct span rest = {text, len};
	uint64_t first = 0, pid;
	bool any = false;
	const char *at;

	while (rest.len > 0) {
		if (process_of(rest, &pid)) {
			if (any && pid != first)
				return true;
			first = pid;
			any = true;
		}
		at = memmem(rest.at, rest.len, "\n==", 3);
		if (at == NULL)
			return false;
		rest = span_skip(rest, (size_t)(at + 1 - rest.at));
	}
	return false;
}

/* What a process still says after the stack of its report. */
static bool
is_end(struct span line, uint64_t pid)
{
	uint64_t other;

	return span_starts(line, "SUMMARY: ") ||
	    span_has(line, "Test unit written to ") ||
	    span_starts(line, "Base64: ") ||
	    (process_of(line, &other) && other == pid);
}

/*
 * Where the next report's text begins. What stands before it and is not the
 * end of the last one, as the words of an assertion, is its own.
 */
static const char *
boundary(const char *from, const char *to, uint64_t pid)
{
	struct span rest = {from, (size_t)(to - from)}, line;
	const char *at = to;

	while (span_line(&rest, &line))
		if (is_end(line, pid))
			at = rest.at != NULL ? rest.at : to;
	return at;
}

/* The text behind the report's first line. */
static struct span
behind(const struct report *report, struct span text)
{
	struct span rest = {report->error_line.at, 0}, line;

	rest.len = text.len - (size_t)(rest.at - text.at);
	span_line(&rest, &line);
	return rest;
}

bool
log_next(struct report *report, struct span *rest, struct span *one)
{
	struct span text = *rest, after;
	uint64_t pid, other;
	const char *next;

	if (!report_read(report, text.at, text.len))
		return false;
	*one = text;
	*rest = SPAN_NONE;
	if (!process_of(report->error_line, &pid))
		return true;
	after = behind(report, text);
	for (struct span more = after;; more = behind(report, text)) {
		if (!report_read(report, more.at, more.len) ||
		    !process_of(report->error_line, &other))
			return true;
		if (other != pid)
			break;
	}
	next = boundary(after.at, report->error_line.at, pid);
	one->len = (size_t)(next - text.at);
	*rest = span_skip(text, one->len);
	return true;
}
