#include "derived.h"

#include "dedup.h"
#include "libcrash/clusterfuzz.h"
#include "libcrash/name.h"
#include "libcrash/severity.h"
#include "msg.h"
#include "out.h"

/* What of a stack goes into an event: the trace itself has the rest. */
#define FRAMES_MAX 64
#define TEXT_MAX 256

static void
emit_span(struct emit *e, const char *key, struct span s)
{
	if (s.len > 0)
		emit_bytes(e, key, s.at, s.len < TEXT_MAX ? s.len : TEXT_MAX);
}

static void
emit_frames(struct emit *e, const struct report *report)
{
	const struct stack *stack = report_stack(report, STACK_CRASH);
	struct buf name = BUF_INIT;

	if (stack == NULL)
		return;
	emit_array(e, "frames");
	for (size_t i = 0; i < stack->count && i < FRAMES_MAX; i++) {
		const struct frame *f = &report->frames[stack->first + i];

		buf_clear(&name);
		name_clean(&name, f->function, TEXT_MAX);
		emit_object(e, NULL);
		emit_span(e, "function", (struct span){name.data, name.len});
		emit_span(e, "file", f->file);
		if (f->line > 0)
			emit_u64(e, "line", f->line);
		if (f->column > 0)
			emit_u64(e, "column", f->column);
		emit_span(e, "module", f->module);
		if (f->has_offset)
			emit_u64(e, "offset", f->offset);
		emit_end(e);
	}
	emit_end(e);
	buf_release(&name);
}

static void
emit_report(struct emit *e, const struct report *report)
{
	static const char *const accesses[] = {NULL, "READ", "WRITE"};
	struct severity severity = severity_rate(report);
	char address[24];

	if (report->sanitizer[0] != '\0')
		emit_string(e, "sanitizer", report->sanitizer);
	emit_span(e, "kind", report->kind);
	if (report->access != ACCESS_UNKNOWN)
		emit_string(e, "access", accesses[report->access]);
	if (report->has_access_bytes)
		emit_u64(e, "access_bytes", report->access_bytes);
	if (report->has_address) {
		snprintf(address, sizeof address, "0x%llx",
		    (unsigned long long)report->address);
		emit_string(e, "address", address);
	}
	if (report->signal != 0)
		emit_u64(e, "signal", (unsigned)report->signal);
	emit_frames(e, report);
	emit_string(e, "severity", severity_name(severity.rating));
	emit_string(e, "why", severity.why);
}

/* The names that ClusterFuzz has for it. */
static void
emit_clusterfuzz(struct emit *e, const struct dedup *d, const char *target)
{
	struct buf text = BUF_INIT;

	clusterfuzz_type(&text, &d->report);
	emit_bytes(e, "crash_type", text.data, text.len);
	buf_clear(&text);
	clusterfuzz_state(&text, &d->report, &d->fingerprint, target);
	emit_bytes(e, "crash_state", text.data, text.len);
	buf_release(&text);
}

const char *
derived_group(const struct dedup *d)
{
	return d->group_by_stack ? d->fingerprint.stack : d->fingerprint.group;
}

void
derived_emit(struct emit *e, const struct dedup *d, bool found,
    const char *status, const char *target)
{
	const struct fingerprint *f = &d->fingerprint;

	if (found) {
		emit_report(e, &d->report);
		emit_clusterfuzz(e, d, target);
	}
	if (found && f->resolved) {
		emit_bytes(e, "site", f->site.data, f->site.len);
		emit_string(e, "stack", f->stack);
		emit_bytes(e, "site_linefree", f->site_linefree.data,
		    f->site_linefree.len);
		emit_string(e, "group", derived_group(d));
	}
	emit_string(e, "rules", rules_version(d->rules));
	emit_string(e, "status", status);
}

static void
explain(struct dedup *d, const char *name, const struct buf *frames, bool found)
{
	struct fingerprint *f = &d->fingerprint;

	if (!found)
		fprintf(stderr, "%s: no report in its trace\n", name);
	else
		fprintf(stderr, "%s: %s %s\n%s", name, d->report.sanitizer,
		    msg_quote_n(d->report.kind.at, d->report.kind.len),
		    frames->data);
	if (found && d->report.symbolized > 0)
		fprintf(stderr, "  symbolized %zu frames of the trace\n",
		    d->report.symbolized);
	if (found && f->resolved)
		fprintf(stderr, "  site %s\n  key %s\n",
		    msg_quote_n(f->site.data, f->site.len),
		    msg_quote_n(f->key.data, f->key.len));
}

bool
derived_fingerprint(struct dedup *d, const char *kind, const char *target,
    const char *name, bool found)
{
	struct buf frames = BUF_INIT;

	d->fingerprint.resolved = false;
	if (found && kind != NULL)
		report_known_kind(&d->report, kind);
	if (found)
		fingerprint_make(&d->fingerprint, &d->report, d->rules, target,
		    d->explain ? &frames : NULL);
	if (d->explain)
		explain(d, name, &frames, found);
	buf_release(&frames);
	return d->fingerprint.resolved;
}

void
derived_unresolved(
    struct dedup *d, const char *name, bool has_trace, bool found)
{
	d->unresolved++;
	if (d->output->details)
		strvec_add(&d->details.unresolved, name);
	d->status = exit_worse(d->status, 1);
	msg_warnx("%s is unresolved: %s", msg_quote(name),
	    !has_trace   ? "it has no trace"
		: !found ? "there is no report in its trace"
			 : "no frame of its trace is the program's own");
}
