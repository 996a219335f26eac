/* Crashes of files, told without a tree of their events: a heap of logs is
 * read as fast as it comes. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "dedup.h"
#include "derived.h"
#include "emit.h"
#include "event.h"
#include "libcrash/crashevent.h"
#include "libcrash/severity.h"
#include "libcrash/tracetext.h"
#include "mem.h"
#include "out.h"

/* Who waits for the event needs its tree. */
static bool
is_plain(const struct dedup *d)
{
	return d->provenance == NULL && !d->remembers && d->diff == NULL &&
	    d->on_new == NULL && d->sort_into == NULL && !d->output->details;
}

/* Absolute, where that can be known. Below a directory there are no links. */
static const char *
whole_path(const struct dedup *d, struct found *found)
{
	const char *path = found->path;
	size_t n = d->root_whole == NULL ? 0 : strlen(d->root);

	if (found->whole != NULL)
		return found->whole;
	if (n > 0 && strncmp(path, d->root, n) == 0)
		found->whole = mem_printf("%s%s", d->root_whole, path + n);
	else
		found->whole = realpath(path, NULL);
	if (found->whole == NULL)
		found->whole = mem_dup(path);
	return found->whole;
}

/* The input's hash; the further reports of a log are facts of their own. */
static void
add_fact(struct buf *fact, const struct found *found, unsigned long long number)
{
	buf_add_str(fact, found->hex);
	if (number > 1)
		buf_addf(fact, " %llu", number);
}

static void
write_event(struct dedup *d, struct found *found, struct span trace,
    unsigned long long number, bool has_report)
{
	struct event_head head = {
	    .type = "crash", .node = event_node(), .time_ms = found->time_ms};
	struct buf cut = BUF_INIT, fact = BUF_INIT;
	struct emit e;

	buf_clear(&d->derived);
	emit_begin(&e, &d->derived);
	emit_object(&e, NULL);
	crash_event_input(
	    &e, found->path, whole_path(d, found), found->hex, found->size);
	if (trace.len > 0) {
		trace_cut(&cut, trace.at, trace.len);
		emit_bytes(&e, "trace", cut.data, cut.len);
	}
	derived_emit(&e, d, has_report,
	    d->fingerprint.resolved ? "new" : "unresolved", NULL);
	emit_end(&e);
	add_fact(&fact, found, number);
	buf_clear(&d->line);
	event_write(&d->line, &head, fact.data, &d->derived);
	out_add(d->line.data, d->line.len);
	buf_release(&cut);
	buf_release(&fact);
}

/* What a group takes of it, in the form that events have. */
static void
join_group(struct dedup *d, struct found *found)
{
	const struct fingerprint *f = &d->fingerprint;
	struct severity severity = severity_rate(&d->report);
	struct buf *text = &d->derived;
	size_t kind, example;
	const char *path;

	buf_clear(text);
	emit_encode(text, f->site.data, f->site.len);
	buf_add_char(text, '\0');
	kind = text->len;
	emit_encode(text, d->report.kind.at, d->report.kind.len);
	buf_add_char(text, '\0');
	example = text->len;
	path = whole_path(d, found);
	emit_encode(text, path, strlen(path));
	groups_take(&d->groups,
	    &(struct member){.group = derived_group(d),
		.site = text->data,
		.kind = text->data[kind] == '\0' ? NULL : text->data + kind,
		.why = severity.why,
		.example = text->data + example,
		.time_ms = found->time_ms,
		.has_time = true,
		.rating = severity.rating});
}

bool
crash_direct(struct dedup *d, struct found *found, struct span trace,
    unsigned long long number, bool has_report)
{
	bool resolved;

	if (!is_plain(d))
		return false;
	d->crashes++;
	resolved = derived_fingerprint(d, NULL, NULL, found->path, has_report);
	if (!resolved)
		derived_unresolved(d, found->path, trace.len > 0, has_report);
	if (d->output->events)
		write_event(d, found, trace, number, has_report);
	else if (resolved)
		join_group(d, found);
	return true;
}
