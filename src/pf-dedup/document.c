/* --json: all that is known, as one document. */
#include "dedup.h"
#include "out.h"

static void
emit_account(struct emit *e, const struct dedup *d)
{
	emit_object(e, "account");
	emit_u64(e, "lines", d->lines);
	emit_u64(e, "paths", d->paths);
	emit_u64(e, "crashes", d->crashes);
	emit_u64(e, "unresolved", d->unresolved);
	emit_u64(e, "other_lines", d->passed);
	emit_u64(e, "rejected_lines", d->rejected);
	emit_u64(e, "files_without_crash", d->ignored);
	emit_end(e);
}

/* The example's own report: what of it the group does not say. */
static void
emit_example(struct emit *e, const json_t *event)
{
	static const char *const members[] = {"sanitizer", "access",
	    "access_bytes", "address", "signal", "exit_code", "frames", "site",
	    "stack", "site_linefree", "crash_type", "crash_state", "command",
	    "env", "build_id", "replay"};
	const json_t *data = json_object_get(event, "data");

	emit_object(e, "report");
	emit_string(e, "id", event_text(event, "id"));
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		const json_t *value = json_object_get(data, members[i]);

		if (value != NULL)
			emit_tree(e, members[i], value);
	}
	emit_end(e);
}

static void
emit_group(struct emit *e, struct dedup *d, size_t index)
{
	const struct group *g = groups_at(&d->groups, index);

	emit_object(e, NULL);
	group_emit(e, &d->groups, g, d->seen != NULL, NULL);
	if (g->count > 0) {
		const struct detail *detail = details_of(&d->details, index);

		emit_example(e, detail->example);
		emit_array(e, "members");
		for (size_t i = 0; i < detail->members.count; i++)
			emit_raw(e, NULL, detail->members.item[i],
			    strlen(detail->members.item[i]));
		emit_end(e);
	}
	emit_end(e);
}

int
document_print(struct dedup *d)
{
	struct buf text = BUF_INIT;
	struct emit e;

	groups_sort(&d->groups, false);
	emit_begin(&e, &text);
	emit_object(&e, NULL);
	emit_string(&e, "version", PF_VERSION);
	emit_string(&e, "rules", rules_version(d->rules));
	emit_string(&e, "group_by", d->group_by_stack ? "stack" : "site");
	emit_account(&e, d);
	emit_array(&e, "groups");
	for (size_t i = 0; i < d->groups.count; i++) {
		emit_group(&e, d, d->groups.order[i]);
		out_add(text.data, text.len);
		buf_clear(&text);
	}
	emit_end(&e);
	emit_array(&e, "unresolved");
	for (size_t i = 0; i < d->details.unresolved.count; i++)
		emit_string(&e, NULL, d->details.unresolved.item[i]);
	emit_end(&e);
	emit_end(&e);
	buf_add_char(&text, '\n');
	out_add(text.data, text.len);
	buf_release(&text);
	return 0;
}
