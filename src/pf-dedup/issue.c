/*
 * --issue: a group as Markdown (CommonMark). What came from outside stands in
 * code spans and code blocks only, whose fences are longer than any run of
 * backticks in it: it marks nothing up, mentions nobody and links nowhere.
 */
#include <string.h>

#include "dedup.h"
#include "html.h"
#include "out.h"
#include "shell.h"

#define INPUTS_SHOWN 50

static size_t
longest_run(const struct buf *text)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < text->len; i++) {
		run = text->data[i] == '`' ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest;
}

static void
add_fence(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_add_char(out, '`');
}

/* One line of an event's text. */
static void
span(struct buf *out, const char *text)
{
	struct buf line = BUF_INIT;
	size_t fence;

	plain_line(&line, text);
	fence = longest_run(&line) + 1;
	add_fence(out, fence);
	/* A blank at both ends is taken off, so that backticks may stand there,
	 * and a span of nothing is none. */
	buf_addf(out,
	    fence > 1 || line.len == 0 || line.data[0] == ' ' ? " %s " : "%s",
	    line.data);
	add_fence(out, fence);
	buf_release(&line);
}

static void
block(struct buf *out, const struct buf *text)
{
	size_t fence = longest_run(text) + 1;

	if (fence < 3)
		fence = 3;
	add_fence(out, fence);
	buf_addf(out, "\n%s%s", text->data,
	    text->len > 0 && text->data[text->len - 1] == '\n' ? "" : "\n");
	add_fence(out, fence);
	buf_add_char(out, '\n');
}

static void
fact(struct buf *out, const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	buf_addf(out, "- %s: ", name);
	span(out, text);
	buf_add_char(out, '\n');
}

static void
write_stack(struct buf *out, const json_t *data)
{
	const json_t *frames = json_object_get(data, "frames");
	struct buf all = BUF_INIT, line = BUF_INIT;

	if (json_array_size(frames) == 0)
		return;
	for (size_t i = 0; i < json_array_size(frames); i++) {
		buf_clear(&line);
		frame_text(&line, i, json_array_get(frames, i));
		plain_line(&all, line.data);
		buf_add_char(&all, '\n');
	}
	buf_add_str(out, "\n## Stack\n\n");
	block(out, &all);
	buf_release(&all);
	buf_release(&line);
}

static void
write_command(struct buf *out, const json_t *example)
{
	const json_t *data = json_object_get(example, "data");
	struct buf command = BUF_INIT;

	buf_add_str(out, "\n## How to reproduce\n\n");
	if (shell_reproduce(&command, json_object_get(data, "command"),
		json_object_get(data, "env"), example_input(example),
		event_text(example, "fuzzer")))
		block(out, &command);
	else
		buf_add_str(out, "How it was run is not known.\n");
	buf_release(&command);
}

static void
write_environment(struct buf *out, const json_t *example)
{
	const json_t *env =
	    json_object_get(json_object_get(example, "data"), "env");
	struct buf line = BUF_INIT;
	const char *name;
	json_t *value;

	buf_add_str(out, "\n## Environment\n\n");
	fact(out, "target", event_text(example, "target"));
	fact(out, "build", data_text(example, "build_id"));
	fact(out, "fuzzer", event_text(example, "fuzzer"));
	fact(out, "node", event_text(example, "node"));
	fact(out, "found", event_text(example, "time"));
	json_object_foreach((json_t *)(uintptr_t)env, name, value)
	{
		buf_clear(&line);
		if (json_is_string(value)) {
			buf_addf(
			    &line, "%s=%s", name, json_string_value(value));
			fact(out, "variable", line.data);
		}
	}
	buf_release(&line);
}

static void
write_input(struct buf *out, const char *text)
{
	json_t *member = json_loads(text, 0, NULL);
	const json_t *input = json_object_get(member, "input");
	const json_t *bytes = json_object_get(input, "bytes");
	const char *hash = event_text(input, "xxh128");
	const char *name = event_text(input, "name");

	buf_add_str(out, "- ");
	if (hash != NULL)
		span(out, hash);
	else
		buf_add_str(out, "content not known");
	if (json_is_integer(bytes))
		buf_addf(out, ", %lld bytes", json_integer_value(bytes));
	if (name != NULL) {
		buf_add_str(out, ", ");
		span(out, name);
	}
	buf_add_char(out, '\n');
	json_decref(member);
}

static void
write_inputs(struct buf *out, const struct strvec *members)
{
	buf_addf(out, "\n## Inputs\n\n%zu, by the XXH3-128 of their content",
	    members->count);
	if (members->count > INPUTS_SHOWN)
		buf_addf(out, "; the first %d are", INPUTS_SHOWN);
	buf_add_str(out, ":\n\n");
	for (size_t i = 0; i < members->count && i < INPUTS_SHOWN; i++)
		write_input(out, members->item[i]);
}

static void
write_title(struct buf *out, const struct groups *groups, const struct group *g)
{
	const char *kind = group_kind(groups, g);

	buf_add_str(out, "# ");
	span(out, kind != NULL ? kind : "crash");
	buf_add_str(out, " in ");
	span(out, *group_site(g) != '\0' ? group_site(g) : group_name(g));
	buf_addf(out, "\n\n**%s**", severity_name((enum rating)g->rating));
	if (g->why != 0) {
		buf_add_str(out, ": ");
		span(out, group_why(groups, g));
	}
	buf_add_str(out, "\n\n");
}

int
issue_print(struct dedup *d)
{
	size_t index = output_need_group(d, d->selected);
	const struct group *g = groups_at(&d->groups, index);
	const struct detail *detail = details_of(&d->details, index);
	const json_t *example = detail->example;
	struct buf out = BUF_INIT;

	write_title(&out, &d->groups, g);
	fact(&out, "group", group_name(g));
	fact(&out, "rules", rules_version(d->rules));
	if (d->remembers)
		fact(&out, "status", group_status(g));
	fact(&out, "told by", data_text(example, "sanitizer"));
	fact(&out, "access", data_text(example, "access"));
	fact(&out, "address", data_text(example, "address"));
	write_stack(&out, json_object_get(example, "data"));
	write_command(&out, example);
	write_environment(&out, example);
	write_inputs(&out, &detail->members);
	out_add(out.data, out.len);
	buf_release(&out);
	return 0;
}
