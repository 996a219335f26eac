/* Where crashes come from: event lines, trace files, inputs. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dedup.h"
#include "directory.h"
#include "emit.h"
#include "event.h"
#include "libcrash/tracetext.h"
#include "mem.h"
#include "msg.h"
#include "out.h"

/* A log beside an input is read so far. */
#define COMPANION_MAX ((size_t)64 * 1024 * 1024)

static bool
is_crash(const json_t *event)
{
	const char *type = json_string_value(json_object_get(event, "type"));

	return strcmp(type, "crash") == 0;
}

static void
pass(struct dedup *d, const char *line, size_t len)
{
	d->passed++;
	if (!d->output->events)
		return;
	out_add(line, len);
	out_add("\n", 1);
}

/*
 * What was added may make the line longer than a line may be: then its trace,
 * which is nearly all of it, is cut as any long trace is.
 */
static void
rewrite(struct dedup *d, json_t *event, size_t len)
{
	json_t *rev = json_copy(json_object_get(event, "rev"));

	buf_clear(&d->line);
	event_rewrite(&d->line, event);
	if (d->line.len > EVENT_LINE_MAX && len < EVENT_LINE_MAX &&
	    d->text.len > TRACE_EVENT_MAX) {
		trace_set(
		    json_object_get(event, "data"), d->text.data, d->text.len);
		if (rev != NULL)
			json_object_set(event, "rev", rev);
		else
			json_object_del(event, "rev");
		buf_clear(&d->line);
		event_rewrite(&d->line, event);
	}
	json_decref(rev);
}

void
dedup_line(struct dedup *d, const char *line, size_t len)
{
	const char *why = NULL;
	json_t *event = event_parse(line, len, &why);

	d->lines++;
	if (event == NULL) {
		d->rejected++;
		d->status = exit_worse(d->status, 1);
		msg_warnx("line %llu is not an event line: %s", d->lines, why);
		pass(d, line, len);
		return;
	}
	if (!is_crash(event)) {
		pass(d, line, len);
	} else if (crash_enrich(d, event)) {
		rewrite(d, event, len);
		crash_out(d, event, d->line.data, d->line.len);
	} else
		crash_out(d, event, line, len);
	json_decref(event);
}

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

int
dedup_path(const char *path, void *dedup)
{
	struct dedup *d = dedup;
	struct stat st;

	d->paths++;
	if (stat(path, &st) < 0) {
		int status = msg_exit_code(errno);

		msg_warn("open %s", msg_quote(path));
		return status;
	}
	if (S_ISDIR(st.st_mode))
		return directory_read(d, path);
	return dedup_file(d, path, directory_is_slow(path) ? FILE_MAYBE : 0);
}
