#include "groups.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "mem.h"

#define CHUNK 512

static const char *
text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static const char *
after(const char *text)
{
	return text + strlen(text) + 1;
}

const char *
group_name(const struct group *g)
{
	return g->texts;
}

const char *
group_site(const struct group *g)
{
	return after(g->texts);
}

const char *
group_example(const struct group *g)
{
	return after(after(g->texts));
}

const char *
group_kind(const struct groups *groups, const struct group *g)
{
	return words_text(&groups->words, g->kind, NULL);
}

const char *
group_why(const struct groups *groups, const struct group *g)
{
	return words_text(&groups->words, g->why, NULL);
}

const char *
group_status(const struct group *g)
{
	return g->count == 0 ? "gone" : g->known ? "known" : "new";
}

struct group *
groups_at(const struct groups *groups, size_t index)
{
	return &groups->chunk[index / CHUNK][index % CHUNK];
}

static size_t
place(const struct groups *groups, const char *name)
{
	size_t at = words_hash(name, strlen(name)) & (groups->slots - 1);

	while (groups->slot[at] != 0 &&
	    strcmp(group_name(groups_at(groups, groups->slot[at] - 1)), name) !=
		0)
		at = (at + 1) & (groups->slots - 1);
	return at;
}

static void
grow(struct groups *groups)
{
	free(groups->slot);
	groups->slots = groups->slots > 0 ? groups->slots * 2 : 256;
	groups->slot = mem_calloc(groups->slots, sizeof *groups->slot);
	for (size_t i = 0; i < groups->count; i++)
		groups->slot[place(groups, group_name(groups_at(groups, i)))] =
		    (uint32_t)i + 1;
}

struct group *
groups_find(const struct groups *groups, const char *name)
{
	size_t at = groups->slots > 0 ? place(groups, name) : 0;

	return groups->slots == 0 || groups->slot[at] == 0
	    ? NULL
	    : groups_at(groups, groups->slot[at] - 1);
}

static void
set_texts(struct group *g, const char *name, const char *site, const char *path)
{
	struct buf b = BUF_INIT;

	buf_reserve(&b, strlen(name) + strlen(site) + strlen(path) + 3);
	buf_add(&b, name, strlen(name) + 1);
	buf_add(&b, site, strlen(site) + 1);
	buf_add(&b, path, strlen(path) + 1);
	free(g->texts);
	g->texts = mem_alloc(b.len);
	memcpy(g->texts, b.data, b.len);
	buf_release(&b);
}

static size_t
index_of(struct groups *groups, const char *name)
{
	size_t at;

	if ((groups->count + 1) * 4 > groups->slots * 3)
		grow(groups);
	at = place(groups, name);
	if (groups->slot[at] == 0) {
		if (groups->count % CHUNK == 0) {
			MEM_GROW(groups->chunk, groups->count / CHUNK,
			    groups->chunks_cap);
			groups->chunk[groups->count / CHUNK] =
			    mem_calloc(CHUNK, sizeof(struct group));
		}
		set_texts(groups_at(groups, groups->count), name, "", "");
		groups->slot[at] = (uint32_t)++groups->count;
	}
	return groups->slot[at] - 1;
}

static bool
is_less(const char *text, const char *kept)
{
	return text != NULL && *text != '\0' &&
	    (*kept == '\0' || strcmp(text, kept) < 0);
}

/* Keeps the lesser of each. */
static void
keep_texts(struct group *g, const char *site, const char *example)
{
	bool site_is = is_less(site, group_site(g));
	bool example_is = is_less(example, group_example(g));
	char *old = g->texts;

	if (!site_is && !example_is)
		return;
	g->texts = NULL;
	set_texts(g, old, site_is ? site : after(old),
	    example_is ? example : after(after(old)));
	free(old);
}

static void
keep_word(struct words *words, uint32_t *kept, const char *text)
{
	if (text == NULL ||
	    (*kept != 0 && strcmp(text, words_text(words, *kept, NULL)) >= 0))
		return;
	*kept = words_number(words, text, strlen(text));
}

static void
keep_rating(struct groups *groups, struct group *g, const struct member *m)
{
	if (!g->rated || m->rating > g->rating) {
		g->rating = (unsigned char)m->rating;
		g->rated = true;
		g->kind = g->why = 0;
	}
	if (m->rating != g->rating)
		return;
	keep_word(&groups->words, &g->why, m->why);
	keep_word(&groups->words, &g->kind, m->kind);
}

static void
keep_time(struct group *g, bool first, int64_t ms)
{
	if (first || ms < g->first_ms)
		g->first_ms = ms;
	if (first || ms > g->last_ms)
		g->last_ms = ms;
}

/* A sorted list of words is a word itself. */
static void
add_once(struct words *words, uint32_t *list, const char *text)
{
	struct buf made = BUF_INIT;
	size_t len = 0, at = 0;
	const char *old;
	int order = 1;

	if (text == NULL)
		return;
	old = words_text(words, *list, &len);
	while (at < len && (order = strcmp(old + at, text)) < 0)
		at += strlen(old + at) + 1;
	if (at < len && order == 0)
		return;
	if (old != NULL)
		buf_add(&made, old, at);
	buf_add(&made, text, strlen(text) + 1);
	if (old != NULL)
		buf_add(&made, old + at, len - at);
	*list = words_number(words, made.data, made.len);
	buf_release(&made);
}

size_t
groups_take(struct groups *groups, const struct member *m)
{
	size_t index = index_of(groups, m->group);
	struct group *g = groups_at(groups, index);

	if (m->has_time)
		keep_time(g, !g->rated, m->time_ms);
	keep_rating(groups, g, m);
	keep_texts(g, m->site, m->example);
	add_once(&groups->words, &g->targets, m->target);
	add_once(&groups->words, &g->fuzzers, m->fuzzer);
	g->count++;
	return index;
}

ssize_t
groups_add(struct groups *groups, const json_t *event)
{
	const json_t *data = json_object_get(event, "data");
	const json_t *input = json_object_get(data, "input");
	const char *word = text_of(data, "severity");
	const char *time = text_of(event, "time");
	struct member m = {.group = text_of(data, "group"),
	    .site = text_of(data, "site"),
	    .kind = text_of(data, "kind"),
	    .why = text_of(data, "why"),
	    .example = text_of(input, "path"),
	    .target = text_of(event, "target"),
	    .fuzzer = text_of(event, "fuzzer"),
	    .rating = RATING_LOW};

	if (m.group == NULL)
		return -1;
	if (m.example == NULL)
		m.example = text_of(input, "name");
	if (word != NULL)
		severity_parse(word, &m.rating);
	m.has_time = time != NULL && clock_parse(time, &m.time_ms);
	return (ssize_t)groups_take(groups, &m);
}

bool
groups_remember(struct groups *groups, const json_t *kept)
{
	const char *name = text_of(kept, "group");
	const char *first = text_of(kept, "first_time");
	const char *last = text_of(kept, "last_time");
	json_int_t total = json_integer_value(json_object_get(kept, "total"));
	struct member m = {
	    .why = text_of(kept, "why"), .kind = text_of(kept, "kind")};
	struct group *g;
	int64_t first_ms, last_ms;

	if (name == NULL || strlen(name) != 16 ||
	    strspn(name, "0123456789abcdef") != 16 ||
	    groups_find(groups, name) != NULL || total < 0 ||
	    text_of(kept, "severity") == NULL || first == NULL ||
	    !clock_parse(first, &first_ms) || last == NULL ||
	    !clock_parse(last, &last_ms) ||
	    !severity_parse(text_of(kept, "severity"), &m.rating))
		return false;
	g = groups_at(groups, index_of(groups, name));
	keep_time(g, true, first_ms);
	keep_time(g, false, last_ms);
	keep_rating(groups, g, &m);
	keep_texts(g, text_of(kept, "site"), NULL);
	g->total = (uint64_t)total;
	g->untold = json_is_true(json_object_get(kept, "untold"));
	g->known = !g->untold;
	return true;
}

/* These texts come out of events: they are encoded already. */
static void
emit_text(struct emit *e, const char *key, const char *text)
{
	if (text != NULL && *text != '\0')
		emit_string(e, key, text);
}

static void
emit_list(
    struct emit *e, const char *key, const struct words *words, uint32_t number)
{
	size_t len = 0;
	const char *list = words_text(words, number, &len);

	emit_array(e, key);
	for (size_t at = 0; at < len; at += strlen(list + at) + 1)
		emit_string(e, NULL, list + at);
	emit_end(e);
}

static void
emit_rated(struct emit *e, const struct groups *groups, const struct group *g)
{
	emit_text(e, "group", group_name(g));
	emit_text(e, "site", group_site(g));
	emit_text(e, "kind", group_kind(groups, g));
	emit_text(e, "severity", severity_name((enum rating)g->rating));
	emit_text(e, "why", group_why(groups, g));
}

void
group_emit(struct emit *e, const struct groups *groups, const struct group *g,
    bool seen, const char *rules)
{
	emit_rated(e, groups, g);
	emit_string(e, "status", group_status(g));
	emit_u64(e, "count", g->count);
	if (seen)
		emit_u64(e, "total", g->total);
	emit_list(e, "targets", &groups->words, g->targets);
	emit_list(e, "fuzzers", &groups->words, g->fuzzers);
	emit_time(e, "first_time", g->first_ms);
	emit_time(e, "last_time", g->last_ms);
	emit_text(e, "example", group_example(g));
	emit_text(e, "rules", rules);
}

void
group_keep(struct emit *e, const struct groups *groups, const struct group *g)
{
	emit_rated(e, groups, g);
	emit_u64(e, "total", g->total);
	emit_time(e, "first_time", g->first_ms);
	emit_time(e, "last_time", g->last_ms);
	if (g->untold)
		emit_bool(e, "untold", true);
}

static int
compare_worst(const void *a, const void *b, void *context)
{
	const struct group *x = groups_at(context, *(const uint32_t *)a);
	const struct group *y = groups_at(context, *(const uint32_t *)b);
	int order;

	if (x->rating != y->rating)
		return x->rating > y->rating ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	order = strcmp(group_site(x), group_site(y));
	return order != 0 ? order : strcmp(group_name(x), group_name(y));
}

static int
compare_name(const void *a, const void *b, void *context)
{
	return strcmp(group_name(groups_at(context, *(const uint32_t *)a)),
	    group_name(groups_at(context, *(const uint32_t *)b)));
}

void
groups_sort(struct groups *groups, bool by_name)
{
	if (groups->count == 0)
		return;
	free(groups->order);
	groups->order = mem_calloc(groups->count, sizeof *groups->order);
	for (size_t i = 0; i < groups->count; i++)
		groups->order[i] = (uint32_t)i;
	qsort_r(groups->order, groups->count, sizeof *groups->order,
	    by_name ? compare_name : compare_worst, groups);
}

struct group *
groups_ordered(const struct groups *groups, size_t at)
{
	return groups_at(groups, groups->order[at]);
}

void
groups_release(struct groups *groups)
{
	for (size_t i = 0; i < groups->count; i++)
		free(groups_at(groups, i)->texts);
	for (size_t i = 0; i * CHUNK < groups->count; i++)
		free(groups->chunk[i]);
	free(groups->chunk);
	free(groups->slot);
	free(groups->order);
	words_release(&groups->words);
}
