/* Event lines: crashes are enriched, all others pass as they are. */
#include <string.h>

#include "dedup.h"
#include "event.h"
#include "libcrash/tracetext.h"
#include "msg.h"
#include "out.h"

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
