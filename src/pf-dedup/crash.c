/* Crash events: what their trace says, in the event's own fields. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dedup.h"
#include "derived.h"
#include "emit.h"
#include "event.h"
#include "libcrash/crashevent.h"
#include "libcrash/tracetext.h"
#include "log.h"
#include "mem.h"
#include "msg.h"
#include "out.h"

/* The same as a JSON object in d->derived. */
static void
derive(struct dedup *d, bool found, const char *status, const char *target)
{
	struct emit e;

	buf_clear(&d->derived);
	emit_begin(&e, &d->derived);
	emit_object(&e, NULL);
	derived_emit(&e, d, found, status, target);
	emit_end(&e);
}

static const char *
text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* 16 hex digits, as fingerprint_make writes them. */
static bool
is_key(const char *text)
{
	return strlen(text) == FINGERPRINT_TEXT - 1 &&
	    strspn(text, "0123456789abcdef") == FINGERPRINT_TEXT - 1;
}

/* Has this program, with these rules, seen the event before? */
static bool
is_done(const struct dedup *d, const json_t *data)
{
	static const char *const fields[] = {
	    "site", "stack", "site_linefree", "severity", "why", "status"};
	const char *rules = text_of(data, "rules");
	const char *group = text_of(data, "group");
	const char *stack = text_of(data, "stack");

	if (rules == NULL || group == NULL || stack == NULL || !is_key(group) ||
	    strcmp(rules, rules_version(d->rules)) != 0)
		return false;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (text_of(data, fields[i]) == NULL)
			return false;
	return (strcmp(group, stack) == 0) == d->group_by_stack;
}

static bool
is_unresolved(const struct dedup *d, const json_t *data)
{
	const char *rules = text_of(data, "rules");
	const char *status = text_of(data, "status");

	return rules != NULL && status != NULL &&
	    strcmp(status, "unresolved") == 0 &&
	    strcmp(rules, rules_version(d->rules)) == 0;
}

/* What a person would look for: the input's path or name, else the id. */
static const char *
name_of(const json_t *event)
{
	const json_t *data = json_object_get(event, "data");
	const json_t *input = json_object_get(data, "input");
	const char *name = text_of(input, "path");

	if (name == NULL)
		name = text_of(input, "name");
	return name != NULL ? name : text_of(event, "id");
}

/* Its own word, or that of the file of what was seen, which knows better. */
static const char *
status_of(const struct dedup *d, const json_t *data, const char *group)
{
	const char *told = text_of(data, "status");
	const struct group *g;

	if (!d->remembers)
		return told != NULL && strcmp(told, "known") == 0 ? "known"
								  : "new";
	g = groups_find(&d->groups, group);
	return g != NULL && g->known ? "known" : "new";
}

/* An event that has all but perhaps the right status. */
static bool
set_status(const struct dedup *d, json_t *data)
{
	const char *status;

	if (!d->remembers)
		return false;
	status = status_of(d, data, text_of(data, "group"));
	if (strcmp(status, text_of(data, "status")) == 0)
		return false;
	json_object_set_new(data, "status", json_string(status));
	return true;
}

/* The same report by the rules of --diff. */
static void
compare(struct dedup *d, const char *target, bool found)
{
	struct fingerprint other;

	fingerprint_init(&other);
	if (found)
		fingerprint_make(
		    &other, &d->report, d->diff->rules, target, NULL);
	diff_add(d->diff, &d->fingerprint, &other, d->group_by_stack);
	fingerprint_release(&other);
}

/* Was it told on another machine? */
static bool
is_elsewhere(const json_t *event)
{
	const char *node = text_of(event, "node");

	return node != NULL && strcmp(node, event_node()) != 0;
}

bool
crash_enrich(struct dedup *d, json_t *event)
{
	static const char *const stale[] = {"sanitizer", "access",
	    "access_bytes", "address", "frames", "severity", "why", "site",
	    "stack", "site_linefree", "group", "crash_type", "crash_state"};
	json_t *data = json_object_get(event, "data"), *derived;
	const char *trace = text_of(data, "trace");
	const char *kind = text_of(data, "kind");
	bool done = d->diff == NULL && is_done(d, data), found, resolved;

	d->crashes++;
	if (done && !d->explain)
		return set_status(d, data);
	buf_clear(&d->text);
	if (trace != NULL)
		emit_decode(&d->text, trace, strlen(trace));
	d->report.elsewhere = is_elsewhere(event);
	found = report_read(&d->report, d->text.data, d->text.len) ||
	    (kind != NULL && report_of_kind(&d->report, kind));
	d->report.elsewhere = false;
	resolved = derived_fingerprint(
	    d, kind, text_of(event, "target"), name_of(event), found);
	if (!resolved)
		derived_unresolved(d, name_of(event), trace != NULL, found);
	if (d->diff != NULL) {
		compare(d, text_of(event, "target"), found);
		return false;
	}
	if (done)
		return set_status(d, data);
	if (!resolved && is_unresolved(d, data))
		return false;
	derive(d, found,
	    !resolved ? "unresolved" : status_of(d, data, derived_group(d)),
	    text_of(event, "target"));
	for (size_t i = 0; i < sizeof stale / sizeof stale[0]; i++)
		json_object_del(data, stale[i]);
	derived = json_loadb(d->derived.data, d->derived.len, 0, NULL);
	json_object_update(data, derived);
	json_decref(derived);
	return true;
}

/* The first telling of a crash, so without rev. */
static void
print_first(struct buf *line, const json_t *event)
{
	static const char *const members[] = {"v", "id", "time", "type", "node",
	    "job", "target", "fuzzer", "data"};
	struct emit e;

	emit_begin(&e, line);
	emit_object(&e, NULL);
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		const json_t *value = json_object_get(event, members[i]);

		if (value != NULL)
			emit_tree(&e, members[i], value);
	}
	emit_end(&e);
	buf_add_char(line, '\n');
}

/* Takes the tree, which gets the trace that is in d->text. */
static void
tell(struct dedup *d, json_t *event)
{
	struct buf line = BUF_INIT;
	const char *group;

	if (d->text.len > 0)
		trace_set(
		    json_object_get(event, "data"), d->text.data, d->text.len);
	crash_enrich(d, event);
	group = text_of(json_object_get(event, "data"), "group");
	if (d->seen != NULL && group != NULL)
		seen_add(d->seen, 'f', d->file_key, group);
	print_first(&line, event);
	crash_out(d, event, line.data, line.len);
	json_decref(event);
	buf_release(&line);
}

/* The further reports of a log are facts of their own. */
static void
number_id(json_t *event, unsigned long long number)
{
	char *fact = mem_printf("%s %llu", input_text(event, "xxh128"), number);

	if (number > 1)
		crash_set_id(event, fact);
	free(fact);
}

/* With a tree of the event; its trace is in d->text. */
static void
tell_as_tree(
    struct dedup *d, const struct found *found, unsigned long long number)
{
	json_t *event = crash_event_new(found->path, NULL);

	if (event == NULL) {
		msg_warn("open %s", msg_quote(found->path));
		d->status = exit_worse(d->status, msg_exit_code(errno));
		return;
	}
	provenance_apply(d->provenance, event);
	number_id(event, number);
	tell(d, event);
}

void
crash_from_file(struct dedup *d, struct found *found, bool has_report)
{
	struct span trace = {d->text.data, d->text.len};

	if (!crash_direct(d, found, trace, 1, has_report))
		tell_as_tree(d, found, 1);
}

void
crash_from_log(struct dedup *d, struct found *found, struct log *log)
{
	unsigned long long number = 0;
	struct span one;

	while (log_next(log, &one)) {
		content_pass(&d->content, one.at);
		if (crash_direct(d, found, one, ++number, true))
			continue;
		buf_clear(&d->text);
		buf_add(&d->text, one.at, one.len);
		tell_as_tree(d, found, number);
	}
}
