/* One file: a trace or log, a crash input, or event lines. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "dedup.h"
#include "event.h"
#include "mem.h"
#include "out.h"

/* A log beside an input is read so far. */
#define COMPANION_MAX ((size_t)64 * 1024 * 1024)

/* Does the file hold event lines? The first one tells. */
static bool
holds_events(struct span text)
{
	struct span line;
	const char *why;
	json_t *event;

	if (!span_starts(text, "{") || !span_line(&text, &line))
		return false;
	event = event_parse(line.at, line.len, &why);
	json_decref(event);
	return event != NULL;
}

static void
each_event(struct dedup *d, struct span rest)
{
	struct span line;

	while (span_line(&rest, &line)) {
		if (line.len > 0)
			dedup_line(d, line.at, line.len);
		content_pass(&d->content, line.at);
	}
}

/* The trace beside an input goes into d->text; whether there is one. */
static bool
take_companion(struct dedup *d, const char *path)
{
	static const char *const suffixes[] = {".txt", ".log"};

	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
		char *beside = mem_printf("%s%s", path, suffixes[i]);
		int got;

		buf_clear(&d->text);
		got = buf_read_file(&d->text, AT_FDCWD, beside, COMPANION_MAX);
		free(beside);
		if (got >= 0 &&
		    report_read(&d->report, d->text.data, d->text.len))
			return true;
	}
	buf_clear(&d->text);
	provenance_trace(d->provenance, &d->text);
	if (report_read(&d->report, d->text.data, d->text.len))
		return true;
	buf_clear(&d->text);
	return false;
}

int
dedup_file(struct dedup *d, const char *path, unsigned how)
{
	struct span text;
	struct found found;
	struct log log;
	bool has_report;
	int status;

	if (d->seen != NULL) {
		seen_file_key(path, d->file_key);
		if (crash_is_known(d, path))
			return 0;
	}
	status = content_read(&d->content, path, &found);
	if (status > 1)
		return status;
	text = d->content.text;
	if (holds_events(text)) {
		each_event(d, text);
		return exit_worse(status, content_end(&d->content, path));
	}
	json_decref(d->provenance);
	d->provenance = how & FILE_UNEXPLAINED ? NULL : provenance_beside(path);
	if (log_begin(&log, &d->report, &d->ahead, text)) {
		crash_from_log(d, &found, &log);
	} else {
		has_report = take_companion(d, path);
		if (!has_report && (how & FILE_MAYBE))
			d->ignored++;
		else
			crash_from_file(d, &found, has_report);
	}
	free(found.whole);
	return exit_worse(status, content_end(&d->content, path));
}
