/*
 * Old and new groups are the nodes of a graph, joined where a crash is in
 * both. What hangs together is one change: one old group and several new ones
 * are a split, several and one a merge, several and several a move.
 */
#include "diff.h"

#include <stdlib.h>
#include <string.h>

#include "dedup.h"
#include "mem.h"
#include "out.h"

static const char *
name_of(const struct diff *d, size_t i)
{
	return words_text(&d->names, (uint32_t)i + 1, NULL) + 1;
}

static bool
is_old(const struct diff *d, size_t i)
{
	return words_text(&d->names, (uint32_t)i + 1, NULL)[0] == '-';
}

static size_t
group_of(struct diff *d, char side, const struct fingerprint *f, bool by_stack)
{
	char name[FINGERPRINT_TEXT + 1];
	size_t before = d->names.count, i;
	struct diff_group *g;

	if (!f->resolved)
		return DIFF_NONE;
	snprintf(
	    name, sizeof name, "%c%s", side, by_stack ? f->stack : f->group);
	i = words_number(&d->names, name, strlen(name)) - 1;
	if (d->names.count > before) {
		MEM_GROW(d->group, i, d->group_cap);
		d->group[i] = (struct diff_group){.root = i};
	}
	g = &d->group[i];
	g->count++;
	if (g->site == NULL || strcmp(f->site.data, g->site) < 0) {
		free(g->site);
		g->site = mem_dup(f->site.data);
	}
	return i;
}

static size_t
root_of(struct diff *d, size_t i)
{
	while (d->group[i].root != i) {
		d->group[i].root = d->group[d->group[i].root].root;
		i = d->group[i].root;
	}
	return i;
}

void
diff_add(struct diff *d, const struct fingerprint *old,
    const struct fingerprint *new, bool by_stack)
{
	size_t a = group_of(d, '-', old, by_stack);
	size_t b = group_of(d, '+', new, by_stack);
	size_t before = d->pair_names.count, i;
	char key[64];

	d->crashes++;
	if (a == DIFF_NONE && b == DIFF_NONE) {
		d->unresolved++;
		return;
	}
	if (a != DIFF_NONE && b != DIFF_NONE)
		d->group[root_of(d, a)].root = root_of(d, b);
	snprintf(key, sizeof key, "%zu %zu", a, b);
	i = words_number(&d->pair_names, key, strlen(key)) - 1;
	if (d->pair_names.count > before) {
		MEM_GROW(d->pair, i, d->pair_cap);
		d->pair[i] = (struct diff_pair){.old = a, .new = b};
	}
	d->pair[i].count++;
}

void
diff_release(struct diff *d)
{
	for (size_t i = 0; i < d->names.count; i++)
		free(d->group[i].site);
	free(d->group);
	free(d->pair);
	words_release(&d->names);
	words_release(&d->pair_names);
	rules_free(d->rules);
}

/* What stands together in one line of output. */
struct change {
	struct diff *diff;
	size_t *member; /* sorted: the old ones first, each by name */
	size_t count, old_count, new_count;
	uint64_t crashes;
	bool lost, found; /* some are unresolved on the other side */
};

static int
compare_member(const void *a, const void *b, void *context)
{
	struct diff *d = context;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	size_t rx = root_of(d, x), ry = root_of(d, y);

	if (rx != ry)
		return rx < ry ? -1 : 1;
	if (is_old(d, x) != is_old(d, y))
		return is_old(d, x) ? -1 : 1;
	return strcmp(name_of(d, x), name_of(d, y));
}

static void
emit_side(struct emit *e, const struct change *c, bool old)
{
	emit_array(e, old ? "old" : "new");
	for (size_t i = 0; i < c->count; i++) {
		size_t m = c->member[i];

		if (is_old(c->diff, m) != old)
			continue;
		emit_object(e, NULL);
		emit_string(e, "group", name_of(c->diff, m));
		emit_bytes_str(e, "site", c->diff->group[m].site);
		emit_u64(e, "count", c->diff->group[m].count);
		emit_end(e);
	}
	emit_end(e);
}

static bool
has(const struct change *c, size_t group)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->member[i] == group)
			return true;
	return false;
}

static int
compare_pair(const void *a, const void *b, void *context)
{
	const struct diff *d = context;
	const struct diff_pair *x = &d->pair[*(const size_t *)a];
	const struct diff_pair *y = &d->pair[*(const size_t *)b];
	const char *left = x->old == DIFF_NONE ? "" : name_of(d, x->old);
	const char *right = y->old == DIFF_NONE ? "" : name_of(d, y->old);
	int order = strcmp(left, right);

	if (order != 0)
		return order;
	left = x->new == DIFF_NONE ? "" : name_of(d, x->new);
	right = y->new == DIFF_NONE ? "" : name_of(d, y->new);
	return strcmp(left, right);
}

static void
emit_pair(struct emit *e, const struct diff *d, const struct diff_pair *p)
{
	emit_object(e, NULL);
	if (p->old != DIFF_NONE)
		emit_string(e, "old", name_of(d, p->old));
	if (p->new != DIFF_NONE)
		emit_string(e, "new", name_of(d, p->new));
	emit_u64(e, "count", p->count);
	emit_end(e);
}

/* Pairs of this change, which are told apart by either end. */
static bool
is_of(const struct change *c, const struct diff_pair *p)
{
	return has(c, p->old != DIFF_NONE ? p->old : p->new);
}

static void
emit_pairs(struct emit *e, const struct change *c)
{
	struct diff *d = c->diff;
	size_t count = d->pair_names.count;
	size_t *order = mem_calloc(count, sizeof *order), n = 0;

	for (size_t i = 0; i < count; i++)
		if (is_of(c, &d->pair[i]))
			order[n++] = i;
	qsort_r(order, n, sizeof *order, compare_pair, d);
	emit_array(e, "crashes");
	for (size_t i = 0; i < n; i++)
		emit_pair(e, d, &d->pair[order[i]]);
	emit_end(e);
	free(order);
}

static const char *
word_for(const struct change *c)
{
	if (c->new_count == 0)
		return "lost";
	if (c->old_count == 0)
		return "found";
	if (c->old_count > 1 && c->new_count > 1)
		return "move";
	if (c->new_count > 1)
		return "split";
	if (c->old_count > 1)
		return "merge";
	if (c->lost || c->found)
		return "move";
	return strcmp(name_of(c->diff, c->member[0]),
		   name_of(c->diff, c->member[1])) == 0
	    ? NULL
	    : "rename";
}

static void
look_at(struct change *c)
{
	c->old_count = c->new_count = 0;
	c->lost = c->found = false;
	for (size_t i = 0; i < c->count; i++)
		*(is_old(c->diff, c->member[i]) ? &c->old_count
						: &c->new_count) += 1;
	for (size_t i = 0; i < c->diff->pair_names.count; i++) {
		const struct diff_pair *p = &c->diff->pair[i];

		if (!is_of(c, p))
			continue;
		c->lost = c->lost || p->new == DIFF_NONE;
		c->found = c->found || p->old == DIFF_NONE;
	}
}

/* Appends the line of a change, if it is one. */
static bool
change_text(struct change *c, struct buf *line)
{
	const char *word;
	struct emit e;

	look_at(c);
	word = word_for(c);
	if (word == NULL)
		return false;
	emit_begin(&e, line);
	emit_object(&e, NULL);
	emit_string(&e, "change", word);
	emit_side(&e, c, true);
	emit_side(&e, c, false);
	emit_pairs(&e, c);
	emit_end(&e);
	buf_add_char(line, '\n');
	return true;
}

static size_t *
sorted_members(struct diff *d)
{
	size_t count = d->names.count;
	size_t *member = mem_calloc(count + 1, sizeof *member);

	for (size_t i = 0; i < count; i++)
		member[i] = i;
	if (count > 0)
		qsort_r(member, count, sizeof *member, compare_member, d);
	return member;
}

int
diff_print(struct dedup *dedup)
{
	struct diff *d = dedup->diff;
	size_t *member = sorted_members(d), count = d->names.count;
	struct strvec lines = STRVEC_INIT;
	struct buf line = BUF_INIT;

	for (size_t from = 0, to; from < count; from = to) {
		struct change c = {.diff = d, .member = member + from};

		for (to = from + 1; to < count &&
		     root_of(d, member[to]) == root_of(d, member[from]);)
			to++;
		c.count = to - from;
		buf_clear(&line);
		if (change_text(&c, &line))
			strvec_add(&lines, line.data);
	}
	strvec_sort(&lines);
	for (size_t i = 0; i < lines.count; i++)
		out_add(lines.item[i], strlen(lines.item[i]));
	count = lines.count;
	strvec_release(&lines);
	buf_release(&line);
	free(member);
	return count > 0;
}
