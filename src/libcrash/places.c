#include "places.h"

#include <string.h>

#include "frame_memo.h"
#include "mem.h"
#include "name.h"

struct span
place_name(const struct fingerprint *f, const struct place *p)
{
	return (struct span){f->names.data + p->name, p->name_len};
}

static void
add_bounded(struct buf *out, struct span s, size_t max)
{
	buf_add(out, s.at == NULL ? "" : s.at, s.len < max ? s.len : max);
}

void
place_text(struct buf *out, const struct fingerprint *f, const struct place *p,
    bool last, bool line)
{
	const struct frame *frame = p->frame;
	struct span name = place_name(f, p);
	struct span file = span_basename(frame->file);

	if (p->name_len == 0 && frame->has_offset) {
		add_bounded(out, span_basename(frame->module), PLACE_NAME_MAX);
		buf_addf(out, "+0x%llx", (unsigned long long)frame->offset);
		return;
	}
	add_bounded(
	    out, last && file.len > 0 ? name_last(name) : name, PLACE_NAME_MAX);
	if (file.len == 0)
		return;
	if (p->name_len > 0)
		buf_add_char(out, ' ');
	add_bounded(out, file, PLACE_NAME_MAX);
	if (line && frame->line > 0)
		buf_addf(out, ":%u", frame->line);
}

static void
explain_frame(struct buf *explain, const struct frame *frame, struct span name,
    const char *verdict, const char *rule)
{
	struct span shown = name.len > 0 ? name : frame->module;

	if (explain == NULL)
		return;
	buf_addf(explain, "  %-8s ", verdict);
	add_bounded(explain, shown, 120);
	if (frame->file.len > 0) {
		buf_add_char(explain, ' ');
		add_bounded(explain, span_basename(frame->file), 120);
		buf_addf(explain, ":%u", frame->line);
	} else if (name.len == 0 && frame->has_offset)
		buf_addf(explain, "+0x%llx", (unsigned long long)frame->offset);
	if (rule != NULL)
		buf_addf(explain, " (%s)", rule);
	buf_add_char(explain, '\n');
}

/* The rule that takes the frame out, or NULL. */
static const char *
skip_rule(
    const struct frame *frame, struct span name, const struct rules *rules)
{
	const char *rule = NULL;

	if (frame->file.len > 0)
		rule = rules_skip_file(rules, frame->file);
	if (rule == NULL && name.len > 0)
		rule = rules_skip_function(rules, name, frame->file.len > 0);
	if (rule == NULL && frame->module.len > 0 && frame->file.len == 0)
		rule = rules_skip_module(rules, frame->module);
	if (rule == NULL && name.len == 0 && !frame->has_offset &&
	    frame->file.len == 0)
		rule = "neither name nor module";
	return rule;
}

static bool
generic(struct span word, const void *context)
{
	return rules_helper_word(context, word);
}

/* A name alone will do, but not where a runtime's file has it. */
static bool
is_entry(const struct frame *frame, struct span name, const struct rules *rules)
{
	if (rules_entry(rules, name) == NULL)
		return false;
	return (frame->file.len == 0 && frame->module.len == 0) ||
	    skip_rule(frame, SPAN_NONE, rules) == NULL;
}

static const char *
helper_rule(
    const struct frame *frame, struct span name, const struct rules *rules)
{
	const char *rule = NULL;

	if (frame->file.len > 0)
		rule = rules_helper_file(rules, frame->file);
	if (rule == NULL && name.len > 0 &&
	    name_all_words(name_last(name), generic, rules))
		rule = "every word generic";
	return rule;
}

static void
place_add(struct fingerprint *f, const struct frame *frame, size_t name,
    const char *helper, bool entry)
{
	MEM_GROW(f->places, f->count, f->cap);
	f->places[f->count++] = (struct place){
	    .name = name,
	    .name_len = f->names.len - name,
	    .frame = frame,
	    .helper = helper,
	    .entry = entry,
	};
}

/* Where any frame has a name, those without say nothing. */
static void
drop_unnamed(struct fingerprint *f)
{
	size_t n = 0;
	bool entry_only = true;

	f->named = false;
	for (size_t i = 0; i < f->count; i++)
		if (f->places[i].name_len > 0) {
			f->named = true;
			entry_only = entry_only && f->places[i].entry;
		}
	/* The entry's name does not make up for a whole library without. */
	if (f->named && entry_only && f->count > 1)
		f->named = false;
	if (!f->named)
		return;
	for (size_t i = 0; i < f->count; i++)
		if (f->places[i].name_len > 0)
			f->places[n++] = f->places[i];
	f->count = n;
}

/* By the rules; the clean name is appended to f->names. */
static struct frame_verdict
judge(
    struct fingerprint *f, const struct frame *frame, const struct rules *rules)
{
	size_t at = f->names.len;
	struct frame_verdict v = {0};

	name_clean(&f->names, frame->function, PLACE_NAME_MAX);
	rules_strip(rules, &f->names, at);
	v.name = (struct span){f->names.data + at, f->names.len - at};
	v.entry = is_entry(frame, v.name, rules);
	if (v.entry)
		return v;
	v.skip = skip_rule(frame, v.name, rules);
	if (v.skip == NULL)
		v.helper = helper_rule(frame, v.name, rules);
	return v;
}

/* The same, from what was judged before where that is known. */
static struct frame_verdict
recall(
    struct fingerprint *f, const struct frame *frame, const struct rules *rules)
{
	const struct frame_verdict *known = frame_memo_get(f->memo, frame);
	size_t at = f->names.len;
	struct frame_verdict v;

	if (known == NULL) {
		v = judge(f, frame, rules);
		frame_memo_put(f->memo, frame, &v);
		return v;
	}
	v = *known;
	buf_add(&f->names, v.name.at, v.name.len);
	v.name.at = f->names.data + at;
	return v;
}

void
places_take(struct fingerprint *f, const struct report *report,
    const struct stack *stack, const struct rules *rules, struct buf *explain)
{
	f->count = 0;
	buf_clear(&f->names);
	frame_memo_use(f->memo, rules);
	for (size_t i = 0; stack != NULL && i < stack->count; i++) {
		const struct frame *frame = &report->frames[stack->first + i];
		size_t at = f->names.len;
		struct frame_verdict v = recall(f, frame, rules);

		explain_frame(explain, frame, v.name,
		    v.entry              ? "entry"
			: v.skip != NULL ? "skipped"
					 : "kept",
		    v.skip);
		if (v.skip == NULL)
			place_add(f, frame, at, v.helper, v.entry);
		if (v.entry)
			break; /* what called it is the runtime's */
	}
	drop_unnamed(f);
}
