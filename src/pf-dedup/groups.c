/*
 * What a group shows depends on its members alone and not on their order: its
 * worst member's severity, the least of the texts where they differ.
 */
#include "groups.h"

#include <stdlib.h>
#include <string.h>

#include "emit.h"
#include "mem.h"
#include "out.h"

static const char *
text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static size_t
hash(const char *name)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *name != '\0'; name++)
		h = (h ^ (unsigned char)*name) * 0x100000001b3;
	return (size_t)(h ^ h >> 32);
}

static size_t
place(const struct groups *g, const char *name)
{
	size_t at = hash(name) & (g->slots - 1);

	while (g->slot[at] != 0 &&
	    strcmp(g->group[g->slot[at] - 1].name, name) != 0)
		at = (at + 1) & (g->slots - 1);
	return at;
}

static void
grow(struct groups *g)
{
	free(g->slot);
	g->slots = g->slots ? g->slots * 2 : 256;
	g->slot = mem_calloc(g->slots, sizeof *g->slot);
	for (size_t i = 0; i < g->count; i++)
		g->slot[place(g, g->group[i].name)] = i + 1;
}

static struct group *
group_of(struct groups *g, const char *name)
{
	size_t at;

	if ((g->count + 1) * 2 > g->slots)
		grow(g);
	at = place(g, name);
	if (g->slot[at] == 0) {
		MEM_GROW(g->group, g->count, g->cap);
		g->group[g->count] = (struct group){.name = mem_dup(name)};
		g->slot[at] = ++g->count;
	}
	return &g->group[g->slot[at] - 1];
}

/* Keeps the lesser text, or the greater with `sign` -1. */
static void
keep(char **kept, const char *text, int sign)
{
	if (text == NULL || (*kept != NULL && strcmp(text, *kept) * sign >= 0))
		return;
	free(*kept);
	*kept = mem_dup(text);
}

static void
add_once(struct strvec *list, const char *text)
{
	if (text == NULL)
		return;
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->item[i], text) == 0)
			return;
	strvec_add(list, text);
}

void
groups_add(struct groups *groups, const json_t *event)
{
	const json_t *data = json_object_get(event, "data");
	const json_t *input = json_object_get(data, "input");
	const char *name = text_of(data, "group");
	const char *word = text_of(data, "severity"), *example;
	enum rating rating = RATING_LOW;
	struct group *g;

	if (name == NULL)
		return;
	g = group_of(groups, name);
	if (word != NULL)
		severity_parse(word, &rating);
	if (g->count == 0 || rating > g->rating) {
		g->rating = rating;
		free(g->why);
		free(g->kind);
		g->why = g->kind = NULL;
	}
	g->count++;
	if (rating == g->rating) {
		keep(&g->why, text_of(data, "why"), 1);
		keep(&g->kind, text_of(data, "kind"), 1);
	}
	keep(&g->site, text_of(data, "site"), 1);
	example = text_of(input, "path");
	keep(
	    &g->example, example != NULL ? example : text_of(input, "name"), 1);
	keep(&g->first_time, text_of(event, "time"), 1);
	keep(&g->last_time, text_of(event, "time"), -1);
	add_once(&g->targets, text_of(event, "target"));
	add_once(&g->fuzzers, text_of(event, "fuzzer"));
}

static int
compare(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	int order;

	if (x->rating != y->rating)
		return x->rating > y->rating ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	order = strcmp(x->site, y->site);
	return order != 0 ? order : strcmp(x->name, y->name);
}

static void
sort(struct groups *g)
{
	for (size_t i = 0; i < g->count; i++) {
		if (g->group[i].site == NULL)
			g->group[i].site = mem_dup("");
		strvec_sort(&g->group[i].targets);
		strvec_sort(&g->group[i].fuzzers);
	}
	if (g->count > 0)
		qsort(g->group, g->count, sizeof *g->group, compare);
}

/* These texts come out of events: they are encoded already. */
static void
emit_text(struct emit *e, const char *key, const char *text)
{
	if (text != NULL)
		emit_string(e, key, text);
}

static void
emit_list(struct emit *e, const char *key, const struct strvec *list)
{
	emit_array(e, key);
	for (size_t i = 0; i < list->count; i++)
		emit_string(e, NULL, list->item[i]);
	emit_end(e);
}

void
groups_print(struct groups *groups)
{
	struct buf line = BUF_INIT;
	struct emit e;

	sort(groups);
	for (size_t i = 0; i < groups->count; i++) {
		const struct group *g = &groups->group[i];

		buf_clear(&line);
		emit_begin(&e, &line);
		emit_object(&e, NULL);
		emit_text(&e, "group", g->name);
		emit_text(&e, "site", g->site);
		emit_text(&e, "kind", g->kind);
		emit_text(&e, "severity", severity_name(g->rating));
		emit_text(&e, "why", g->why);
		emit_u64(&e, "count", g->count);
		emit_list(&e, "targets", &g->targets);
		emit_list(&e, "fuzzers", &g->fuzzers);
		emit_text(&e, "first_time", g->first_time);
		emit_text(&e, "last_time", g->last_time);
		emit_text(&e, "example", g->example);
		emit_end(&e);
		buf_add_char(&line, '\n');
		out_add(line.data, line.len);
	}
	buf_release(&line);
}

/* A terminal must not obey what a function is called. */
static void
add_shown(struct buf *out, const char *text)
{
	for (const char *c = text == NULL ? "-" : text; *c != '\0'; c++)
		buf_add_char(
		    out, (unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c);
}

void
groups_table(struct groups *groups)
{
	struct buf line = BUF_INIT;
	size_t width = strlen("KIND");

	sort(groups);
	for (size_t i = 0; i < groups->count; i++)
		if (groups->group[i].kind != NULL &&
		    strlen(groups->group[i].kind) > width)
			width = strlen(groups->group[i].kind);
	buf_addf(&line, "%-8s  %6s  %-*s  %-16s  SITE\n", "SEVERITY", "COUNT",
	    (int)width, "KIND", "GROUP");
	for (size_t i = 0; i < groups->count; i++) {
		const struct group *g = &groups->group[i];

		buf_addf(
		    &line, "%-8s  %6llu  ", severity_name(g->rating), g->count);
		add_shown(&line, g->kind);
		for (size_t n = g->kind ? strlen(g->kind) : 1; n < width; n++)
			buf_add_char(&line, ' ');
		buf_addf(&line, "  %-16s  ", g->name);
		add_shown(&line, g->site);
		buf_add_char(&line, '\n');
	}
	out_add(line.data, line.len);
	buf_release(&line);
}

void
groups_release(struct groups *groups)
{
	for (size_t i = 0; i < groups->count; i++) {
		struct group *g = &groups->group[i];

		free(g->name);
		free(g->site);
		free(g->kind);
		free(g->why);
		free(g->example);
		free(g->first_time);
		free(g->last_time);
		strvec_release(&g->targets);
		strvec_release(&g->fuzzers);
	}
	free(groups->group);
	free(groups->slot);
}
