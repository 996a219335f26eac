/* A line a group: --groups, --gone and --table. */
#include <string.h>

#include "dedup.h"
#include "out.h"

static void
print(struct dedup *d, bool gone_only)
{
	struct buf line = BUF_INIT;
	struct emit e;

	groups_sort(&d->groups, false);
	for (size_t i = 0; i < d->groups.count; i++) {
		const struct group *g = groups_ordered(&d->groups, i);

		if (gone_only && g->count > 0)
			continue;
		buf_clear(&line);
		emit_begin(&e, &line);
		emit_object(&e, NULL);
		group_emit(&e, &d->groups, g, d->seen != NULL,
		    rules_version(d->rules));
		emit_end(&e);
		buf_add_char(&line, '\n');
		out_add(line.data, line.len);
	}
	buf_release(&line);
}

int
groups_print(struct dedup *d)
{
	print(d, false);
	return 0;
}

int
gone_print(struct dedup *d)
{
	print(d, true);
	return 0;
}

/* A terminal must not obey what a function is called. */
static void
add_shown(struct buf *out, const char *text)
{
	for (const char *c = text == NULL ? "-" : text; *c != '\0'; c++)
		buf_add_char(
		    out, (unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c);
}

static size_t
kind_width(const struct groups *groups)
{
	size_t width = strlen("KIND");

	for (size_t i = 0; i < groups->count; i++) {
		const char *kind = group_kind(groups, groups_at(groups, i));

		if (kind != NULL && strlen(kind) > width)
			width = strlen(kind);
	}
	return width;
}

static void
add_row(struct buf *line, const struct groups *groups, const struct group *g,
    size_t width, bool seen)
{
	const char *kind = group_kind(groups, g);

	buf_addf(line, "%-8s  %6llu  ", severity_name((enum rating)g->rating),
	    (unsigned long long)g->count);
	add_shown(line, kind);
	for (size_t n = kind != NULL ? strlen(kind) : 1; n < width; n++)
		buf_add_char(line, ' ');
	buf_addf(line, "  %-16s  ", group_name(g));
	if (seen)
		buf_addf(line, "%-6s  ", group_status(g));
	add_shown(line, group_site(g));
	buf_add_char(line, '\n');
}

int
table_print(struct dedup *d)
{
	struct buf line = BUF_INIT;
	size_t width = kind_width(&d->groups);
	bool seen = d->remembers;

	groups_sort(&d->groups, false);
	buf_addf(&line, "%-8s  %6s  %-*s  %-16s  %sSITE\n", "SEVERITY", "COUNT",
	    (int)width, "KIND", "GROUP", seen ? "STATUS  " : "");
	for (size_t i = 0; i < d->groups.count; i++) {
		add_row(&line, &d->groups, groups_ordered(&d->groups, i), width,
		    seen);
		out_add(line.data, line.len);
		buf_clear(&line);
	}
	out_add(line.data, line.len);
	buf_release(&line);
	return 0;
}
