#include "fingerprint.h"

#include <stdlib.h>
#include <string.h>

#include "cycle.h"
#include "frame_memo.h"
#include "hash.h"
#include "name.h"
#include "places.h"
#include "severity.h"

void
fingerprint_init(struct fingerprint *f)
{
	memset(f, 0, sizeof *f);
	buf_init(&f->site);
	buf_init(&f->site_linefree);
	buf_init(&f->key);
	buf_init(&f->names);
	f->memo = frame_memo_new();
}

void
fingerprint_release(struct fingerprint *f)
{
	buf_release(&f->site);
	buf_release(&f->site_linefree);
	buf_release(&f->key);
	buf_release(&f->names);
	free(f->places);
	frame_memo_free(f->memo);
}

static void
short_hash(const struct buf *text, char hex[FINGERPRINT_TEXT])
{
	char all[HASH_TEXT];

	hash_bytes(text->data, text->len, all);
	memcpy(hex, all, FINGERPRINT_TEXT - 1);
	hex[FINGERPRINT_TEXT - 1] = '\0';
}

static bool
is_library(const struct frame *frame)
{
	struct span module = span_basename(frame->module);

	return span_ends(module, ".so") || span_has(module, ".so.");
}

static bool
power_of_two_to_64(uint64_t n)
{
	return n > 0 && n <= 64 && (n & (n - 1)) == 0;
}

static bool
same_pc(const struct frame *a, const struct frame *b)
{
	return a->has_offset && b->has_offset && a->offset == b->offset &&
	    span_equal(a->module, b->module);
}

/*
 * Without symbols a sanitizer's interceptor looks like the program's own
 * function: is frame 0 one?
 */
static bool
looks_intercepted(const struct fingerprint *f, const struct report *report)
{
	const struct frame *top = f->places[0].frame;

	if (severity_is_free_error(report) ||
	    severity_is_interceptor_error(report))
		return true;
	for (size_t i = 0; i < report->stack_count; i++) {
		const struct stack *s = &report->stacks[i];

		if ((s->role == STACK_FREED || s->role == STACK_ALLOCATED) &&
		    s->count > 0 && same_pc(top, &report->frames[s->first]))
			return true;
	}
	if (report->has_access_bytes && !span_is(report->kind, "leak") &&
	    !power_of_two_to_64(report->access_bytes))
		return true;
	return f->count > 1 && !is_library(top) &&
	    is_library(f->places[1].frame);
}

/* Was the frame that the stack begins with kept? Then it may be one. */
static bool
top_is_kept(const struct fingerprint *f, const struct report *report)
{
	const struct stack *crash = report_stack(report, STACK_CRASH);

	return crash != NULL && crash->count > 0 && f->count > 0 &&
	    f->places[0].frame == &report->frames[crash->first];
}

/* The site of a stack none of whose frames has a name: how many, from where. */
static void
unnamed_range(const struct fingerprint *f, const struct report *report,
    size_t *from, size_t *count)
{
	*from = 0;
	*count = 1;
	if (!top_is_kept(f, report) || !looks_intercepted(f, report))
		return;
	if (f->count > 1)
		*from = 1;
	/* Free goes through wrappers more than anything else does. */
	if (severity_is_free_error(report))
		*count = 3;
}

/* Appends the site of the places that are there now; the key's form if `key` */
static void
add_site(struct buf *out, const struct fingerprint *f,
    const struct report *report, bool key)
{
	size_t from = 0, count = 1;

	if (!f->named)
		unnamed_range(f, report, &from, &count);
	else if (f->places[0].helper != NULL)
		count = 2;
	for (size_t i = from; i < from + count && i < f->count; i++) {
		if (i > from)
			buf_add_str(out, " < ");
		place_text(out, f, &f->places[i], key, true);
	}
}

/* The function and the next two; the entry, which varies with the build, only
 * where it is alone. */
static void
add_linefree(struct buf *out, const struct fingerprint *f, size_t max)
{
	for (size_t i = 0; i < f->count && i < max; i++) {
		const struct place *p = &f->places[i];
		struct span name = place_name(f, p);

		if (i > 0 && p->entry)
			break;
		if (i > 0)
			buf_add_str(out, " < ");
		if (name.len > 0)
			buf_add(out, name.at, name.len);
		else
			place_text(out, f, p, false, false);
	}
}

static void
add_places(struct buf *out, const struct fingerprint *f, const size_t *index,
    size_t count, bool key)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_add_str(out, " < ");
		place_text(out, f, &f->places[index[i]], key, false);
	}
}

static void
add_cycle_linefree(struct fingerprint *f, const struct cycle *cycle)
{
	for (size_t i = 0; i < cycle->members; i++) {
		struct span name = place_name(f, &f->places[cycle->member[i]]);

		if (i > 0)
			buf_add_str(&f->site_linefree, " < ");
		buf_add(&f->site_linefree, name.at, name.len);
	}
}

/* All kept frames, immediate repeats folded. */
static void
hash_stack(struct fingerprint *f, const struct cycle *cycle)
{
	struct buf all = BUF_INIT, one = BUF_INIT, before = BUF_INIT;

	/* Never the hash of the key alone, which is the group. */
	buf_add_str(&all, "stack\n");
	buf_add(&all, f->key.data, f->key.len);
	if (cycle->frames > 0)
		add_places(&all, f, cycle->frame, cycle->frames, true);
	else
		for (size_t i = 0; i < f->count; i++) {
			buf_clear(&one);
			place_text(&one, f, &f->places[i], true, true);
			if (one.len == before.len &&
			    memcmp(one.data, before.data, one.len) == 0)
				continue;
			buf_add_char(&all, '\n');
			buf_add(&all, one.data, one.len);
			buf_clear(&before);
			buf_add(&before, one.data, one.len);
		}
	short_hash(&all, f->stack);
	buf_release(&all);
	buf_release(&one);
	buf_release(&before);
}

/* "n > 12" and "n > 13" are one assertion: digits as N. */
static void
add_generalised(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.len && i < PLACE_NAME_MAX; i++)
		if (s.at[i] < '0' || s.at[i] > '9')
			buf_add_char(out, s.at[i]);
		else if (i == 0 || s.at[i - 1] < '0' || s.at[i - 1] > '9')
			buf_add_char(out, 'N');
}

static struct span
function_of(const struct fingerprint *f, const struct report *report)
{
	if (f->count > 0 && f->named)
		return name_last(place_name(f, &f->places[0]));
	return report->place.function;
}

/* The classes of kinds whose key is not the site alone. True if it is done. */
static bool
add_class(
    struct fingerprint *f, const struct report *report, const char *target)
{
	struct buf *key = &f->key;
	struct span place = span_basename(report->place.file);
	enum crash_class class = severity_class(report);

	if (class == CLASS_CRASH)
		return false;
	buf_add_str(key, severity_class_name(class));
	buf_add_str(key, ": ");
	if (class == CLASS_UNDEFINED && place.len > 0) {
		buf_add(key, place.at, place.len);
		buf_addf(key, ":%u:", report->place.line);
		buf_add(key, report->kind.at, report->kind.len);
		return true;
	}
	if ((class == CLASS_TIMEOUT || class == CLASS_MEMORY) &&
	    target != NULL && target[0] != '\0') {
		buf_add_str(key, target);
		return true;
	}
	if ((class == CLASS_TIMEOUT || class == CLASS_MEMORY) &&
	    report->program.len > 0) {
		buf_add(key, report->program.at,
		    report->program.len < PLACE_NAME_MAX ? report->program.len
							 : PLACE_NAME_MAX);
		return true;
	}
	if (class == CLASS_ASSERTION && report->expression.len > 0) {
		add_generalised(key, report->expression);
		buf_add_str(key, " in ");
		name_clean(key, function_of(f, report), PLACE_NAME_MAX);
		return true;
	}
	return false;
}

/* Without a target the program's own name stands in: entry and module. */
static bool
add_entry(struct fingerprint *f, const struct report *report)
{
	enum crash_class class = severity_class(report);

	if (class != CLASS_TIMEOUT && class != CLASS_MEMORY)
		return false;
	if (f->count == 0 || !f->places[f->count - 1].entry)
		return false;
	place_text(&f->key, f, &f->places[f->count - 1], true, false);
	return true;
}

/* Makes "a | b" of what stands in `form` after `skip` bytes and of `other`. */
static void
join_pair(struct buf *form, size_t skip, const struct buf *other)
{
	struct buf pair = BUF_INIT;
	const char *mine = form->data + skip;
	bool first = strcmp(mine, other->data) <= 0;

	buf_addf(&pair, "%s | %s", first ? mine : other->data,
	    first ? other->data : mine);
	buf_truncate(form, skip);
	buf_add(form, pair.data, pair.len);
	buf_release(&pair);
}

/* The unordered pair of both sides of a race; the places stay the first's. */
static void
add_second(struct fingerprint *f, const struct report *report,
    const struct rules *rules, struct buf *explain)
{
	const struct stack *second = report_stack(report, STACK_SECOND);
	struct buf other = BUF_INIT;

	if (second == NULL || severity_class(report) != CLASS_RACE)
		return;
	if (explain != NULL)
		buf_add_str(explain, "  the other side:\n");
	places_take(f, report, second, rules, explain);
	if (f->count > 0) {
		add_site(&other, f, report, false);
		join_pair(&f->site, 0, &other);
		buf_clear(&other);
		add_site(&other, f, report, true);
		join_pair(&f->key, strlen("race: "), &other);
		buf_clear(&other);
		add_linefree(&other, f, 3);
		join_pair(&f->site_linefree, 0, &other);
		buf_release(&other);
	}
	places_take(f, report, report_stack(report, STACK_CRASH), rules, NULL);
}

/* An error that has only a place and no stack of its own. */
static void
place_alone(struct fingerprint *f, const struct report *report)
{
	struct span file = span_basename(report->place.file);

	if (f->count > 0 || file.len == 0)
		return;
	name_clean(&f->names, report->place.function, PLACE_NAME_MAX);
	buf_add(&f->site, f->names.data, f->names.len);
	buf_add(&f->site_linefree, f->names.data, f->names.len);
	if (f->site.len > 0)
		buf_add_char(&f->site, ' ');
	buf_add(&f->site, file.at, file.len);
	buf_addf(&f->site, ":%u", report->place.line);
	if (f->site_linefree.len == 0)
		buf_add(&f->site_linefree, file.at, file.len);
}

static void
clear(struct fingerprint *f)
{
	buf_clear(&f->site);
	buf_clear(&f->site_linefree);
	buf_clear(&f->key);
	buf_clear(&f->names);
	f->count = 0;
	f->named = false;
	f->group[0] = f->stack[0] = '\0';
}

void
fingerprint_make(struct fingerprint *f, const struct report *report,
    const struct rules *rules, const char *target, struct buf *explain)
{
	struct cycle cycle;
	bool classed;

	clear(f);
	places_take(
	    f, report, report_stack(report, STACK_CRASH), rules, explain);
	/* The entry counts only where nothing else is left. */
	cycle = cycle_find(f, span_is(report->kind, "stack-overflow"));
	classed = add_class(f, report, target) || add_entry(f, report);
	if (cycle.frames > 0)
		add_places(&f->site, f, cycle.member, cycle.members, false);
	else if (f->count > 0)
		add_site(&f->site, f, report, false);
	place_alone(f, report);
	if (!classed && cycle.frames > 0)
		add_places(&f->key, f, cycle.member, cycle.members, true);
	else if (!classed && f->count > 0)
		add_site(&f->key, f, report, true);
	else if (!classed)
		buf_add(&f->key, f->site.data, f->site.len);
	f->symbolized = f->count == 0 ? f->site.len > 0 : f->named;
	if (cycle.frames > 0 && f->named)
		add_cycle_linefree(f, &cycle);
	else if (f->site_linefree.len == 0)
		add_linefree(&f->site_linefree, f, 3);
	f->resolved = f->site.len > 0 || classed;
	/* Nothing but its target is known of it. */
	if (classed && f->site.len == 0) {
		buf_add(&f->site, f->key.data, f->key.len);
		buf_add(&f->site_linefree, f->key.data, f->key.len);
	}
	if (!f->resolved)
		return;
	hash_stack(f, &cycle);
	add_second(f, report, rules, explain);
	short_hash(&f->key, f->group);
}
