/* --html: one page that needs nothing else. */
#include <ctype.h>
#include <string.h>

#include "dedup.h"
#include "html.h"
#include "out.h"
#include "shell.h"

/* So many inputs of one group are shown; all are counted. */
#define INPUTS_SHOWN 100
#define UNRESOLVED_SHOWN 1000

static void
write_class(struct buf *out, const struct group *g)
{
	const char *name = severity_name((enum rating)g->rating);

	for (; *name != '\0'; name++)
		buf_add_char(out, (char)tolower((unsigned char)*name));
}

static void
write_badge(struct buf *out, const struct group *g)
{
	buf_addf(out, "<span class=\"badge\">%s</span>",
	    severity_name((enum rating)g->rating));
}

static void
write_title(struct buf *out, const struct groups *groups, const struct group *g)
{
	const char *kind = group_kind(groups, g);

	html_line(out, kind != NULL ? kind : "kind not known");
	buf_add_str(out, " in <code>");
	html_line(out, *group_site(g) != '\0' ? group_site(g) : group_name(g));
	buf_add_str(out, "</code>");
}

static void
write_number(struct buf *out, const char *name, unsigned long long n)
{
	buf_addf(out, "<div><dt>%s</dt><dd>", name);
	html_count(out, (int64_t)n);
	buf_add_str(out, "</dd></div>\n");
}

static void
write_summary(struct buf *out, const struct dedup *d)
{
	size_t of[RATING_CRITICAL + 1] = {0}, fresh = 0, here = 0;

	for (size_t i = 0; i < d->groups.count; i++) {
		const struct group *g = groups_at(&d->groups, i);

		if (g->count == 0)
			continue;
		here++;
		fresh += !g->known;
		of[g->rating]++;
	}
	buf_add_str(out, "<dl class=\"numbers\">\n");
	write_number(out, "groups", here);
	if (d->remembers) {
		write_number(out, "of them new", fresh);
		write_number(out, "gone", d->groups.count - here);
	}
	write_number(out, "crashes", d->crashes);
	write_number(out, "unresolved", d->unresolved);
	for (int r = RATING_CRITICAL; r >= RATING_LOW; r--)
		write_number(out, severity_name((enum rating)r), of[r]);
	buf_add_str(out, "</dl>\n");
	if (d->rejected + d->ignored == 0)
		return;
	buf_add_str(out, "<p class=\"soft\">Lines that are no events: ");
	html_count(out, (int64_t)d->rejected);
	buf_add_str(out, ", files without a crash: ");
	html_count(out, (int64_t)d->ignored);
	buf_add_str(out, ".</p>\n");
}

static void
write_row(struct buf *out, const struct dedup *d, const struct group *g)
{
	buf_add_str(out, "<tr class=\"");
	write_class(out, g);
	buf_add_str(out, "\"><td>");
	write_badge(out, g);
	buf_add_str(out, "</td><td class=\"n\">");
	html_count(out, (int64_t)g->count);
	buf_add_str(out, "</td>");
	if (d->remembers)
		buf_addf(out, "<td>%s</td>", group_status(g));
	buf_add_str(out, "<td class=\"text\">");
	if (g->count > 0) {
		buf_add_str(out, "<a href=\"#g-");
		html_line(out, group_name(g));
		buf_add_str(out, "\">");
	}
	write_title(out, &d->groups, g);
	buf_addf(out, "%s</td></tr>\n", g->count > 0 ? "</a>" : "");
}

static void
write_table(struct buf *out, const struct dedup *d)
{
	if (d->groups.count == 0) {
		buf_add_str(out, "<p>No crash has a group.</p>\n");
		return;
	}
	buf_addf(out,
	    "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>"
	    "<th>severity</th><th class=\"n\">crashes</th>%s<th>what and "
	    "where</th></tr></thead>\n<tbody>\n",
	    d->remembers ? "<th>status</th>" : "");
	for (size_t i = 0; i < d->groups.count; i++)
		write_row(out, d, groups_ordered(&d->groups, i));
	buf_add_str(out, "</tbody></table></div>\n");
}

static void
fact(struct buf *out, const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	buf_addf(out, "<dt>%s</dt><dd>", name);
	html_line(out, text);
	buf_add_str(out, "</dd>\n");
}

static void
write_facts(struct buf *out, const struct dedup *d, const struct group *g,
    const json_t *example)
{
	buf_add_str(out, "<dl class=\"facts\">\n");
	fact(out, "why", group_why(&d->groups, g));
	fact(out, "group", group_name(g));
	if (d->remembers)
		fact(out, "status", group_status(g));
	fact(out, "told by", data_text(example, "sanitizer"));
	fact(out, "access", data_text(example, "access"));
	fact(out, "target", event_text(example, "target"));
	fact(out, "build", data_text(example, "build_id"));
	fact(out, "node", event_text(example, "node"));
	buf_add_str(out, "<dt>first</dt><dd>");
	html_time(out, g->first_ms);
	buf_add_str(out, "</dd>\n<dt>last</dt><dd>");
	html_time(out, g->last_ms);
	buf_add_str(out, "</dd>\n</dl>\n");
}

static void
write_stack(struct buf *out, const json_t *example)
{
	const json_t *data = json_object_get(example, "data");
	const json_t *frames = json_object_get(data, "frames");
	struct buf line = BUF_INIT;

	if (json_array_size(frames) == 0)
		return;
	buf_add_str(out, "<p>Stack:</p>\n<pre tabindex=\"0\">");
	for (size_t i = 0; i < json_array_size(frames); i++) {
		buf_clear(&line);
		frame_text(&line, i, json_array_get(frames, i));
		html_line(out, line.data);
		buf_add_char(out, '\n');
	}
	buf_add_str(out, "</pre>\n");
	buf_release(&line);
}

static void
write_trace(struct buf *out, const json_t *example)
{
	const char *trace = data_text(example, "trace");

	if (trace == NULL)
		return;
	buf_add_str(out,
	    "<details><summary>What was printed</summary>\n"
	    "<pre tabindex=\"0\">");
	html_text(out, trace);
	buf_add_str(out, "</pre></details>\n");
}

static void
write_command(struct buf *out, const json_t *example)
{
	const json_t *data = json_object_get(example, "data");
	struct buf command = BUF_INIT;

	if (shell_reproduce(&command, json_object_get(data, "command"),
		json_object_get(data, "env"), example_input(example),
		event_text(example, "fuzzer"))) {
		buf_add_str(
		    out, "<p>To reproduce:</p>\n<pre class=\"command\">");
		html_bytes(out, command.data, command.len);
		buf_add_str(out, "</pre>\n");
	} else {
		buf_add_str(out,
		    "<p class=\"soft\">How it was run is not known.</p>\n");
	}
	buf_release(&command);
}

static void
write_input(struct buf *out, const char *text)
{
	json_t *member = json_loads(text, 0, NULL);
	const json_t *input = json_object_get(member, "input");
	const json_t *bytes = json_object_get(input, "bytes");
	const char *path = event_text(input, "path");

	buf_add_str(out, "<tr><td class=\"text\"><code>");
	html_line(out, event_text(input, "xxh128"));
	buf_add_str(out, "</code></td><td class=\"n\">");
	html_count(
	    out, json_is_integer(bytes) ? json_integer_value(bytes) : -1);
	buf_add_str(out, "</td><td class=\"text\">");
	html_line(out, path != NULL ? path : event_text(input, "name"));
	buf_add_str(out, "</td></tr>\n");
	json_decref(member);
}

static void
write_inputs(struct buf *out, const struct strvec *members)
{
	buf_add_str(out, "<details><summary>Inputs: ");
	html_count(out, (int64_t)members->count);
	if (members->count > INPUTS_SHOWN)
		buf_addf(out, ", of which %d are shown", INPUTS_SHOWN);
	buf_add_str(out,
	    "</summary>\n<div class=\"scroll\" tabindex=\"0\"><table>\n"
	    "<thead><tr><th>xxh128</th><th class=\"n\">bytes</th><th>file</th>"
	    "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < members->count && i < INPUTS_SHOWN; i++)
		write_input(out, members->item[i]);
	buf_add_str(out, "</tbody></table></div></details>\n");
}

static void
write_group(struct buf *out, struct dedup *d, size_t index)
{
	const struct group *g = groups_at(&d->groups, index);
	const struct detail *detail;

	if (g->count == 0)
		return;
	detail = details_of(&d->details, index);
	buf_add_str(out, "<article id=\"g-");
	html_line(out, group_name(g));
	buf_add_str(out, "\" class=\"");
	write_class(out, g);
	buf_add_str(out, "\">\n<h3>");
	write_badge(out, g);
	write_title(out, &d->groups, g);
	buf_add_str(out, "</h3>\n");
	write_facts(out, d, g, detail->example);
	write_command(out, detail->example);
	write_stack(out, detail->example);
	write_trace(out, detail->example);
	write_inputs(out, &detail->members);
	buf_add_str(out, "<p><a href=\"#top\">Up</a></p>\n</article>\n");
}

static void
write_unresolved(struct buf *out, const struct dedup *d)
{
	const struct strvec *names = &d->details.unresolved;

	if (d->unresolved == 0)
		return;
	buf_add_str(out,
	    "<h2>Unresolved</h2>\n<p>Crashes without a stack that could be "
	    "read: nothing can be said about which bugs they are.");
	if (names->count > UNRESOLVED_SHOWN)
		buf_addf(out, " The first %d are shown.", UNRESOLVED_SHOWN);
	buf_add_str(out, "</p>\n<ul>\n");
	for (size_t i = 0; i < names->count && i < UNRESOLVED_SHOWN; i++) {
		buf_add_str(out, "<li><code>");
		html_line(out, names->item[i]);
		buf_add_str(out, "</code></li>\n");
	}
	buf_add_str(out, "</ul>\n");
}

int
page_print(struct dedup *d)
{
	struct buf out = BUF_INIT;

	groups_sort(&d->groups, false);
	html_head(&out, "Crashes");
	buf_add_str(&out, "<main id=\"top\">\n<h1>Crashes</h1>\n");
	write_summary(&out, d);
	write_table(&out, d);
	if (d->groups.count > 0)
		buf_add_str(&out, "<h2>Groups</h2>\n");
	for (size_t i = 0; i < d->groups.count; i++) {
		write_group(&out, d, d->groups.order[i]);
		out_add(out.data, out.len);
		buf_clear(&out);
	}
	write_unresolved(&out, d);
	buf_add_str(&out, "<footer class=\"soft\"><p>Rules ");
	html_bytes(
	    &out, rules_version(d->rules), strlen(rules_version(d->rules)));
	buf_addf(&out,
	    ", groups by %s.</p></footer>\n</main>\n</body>\n</html>\n",
	    d->group_by_stack ? "stack" : "site");
	out_add(out.data, out.len);
	buf_release(&out);
	return 0;
}
