/* Series of what fuzzers did, in as many points as are asked for. */
#include "points.h"

#include <stdlib.h>

#include "mem.h"
#include "page.h"
#include "param.h"

/* Points of all series of a page. */
#define PAGE_POINTS 20000

struct one {
	int64_t id;
	char *name[5]; /* of series_columns */
};

static const char *const series_names[] = {
    "node", "job", "target", "fuzzer", "instance"};

struct listing {
	struct one *one;
	size_t count, cap;
};

static void
listing_release(struct listing *l)
{
	size_t i, j;

	for (i = 0; i < l->count; i++)
		for (j = 0; j < 5; j++)
			free(l->one[i].name[j]);
	free(l->one);
}

static int
add_one(void *context, struct db_statement *row)
{
	struct listing *l = context;
	struct one *one;
	const char *text;
	int j;

	MEM_GROW(l->one, l->count, l->cap);
	one = &l->one[l->count++];
	*one = (struct one){.id = db_column_integer(row, SERIES_ID)};
	for (j = 0; j < 5; j++) {
		text = db_column_text(row, SERIES_NODE + j);
		one->name[j] = text == NULL ? NULL : mem_dup(text);
	}
	return 0;
}

/* The span that the samples of all of them lie in. */
static int
find_bounds(struct db *db, const struct query_kind *kind,
    const struct listing *l, struct points *p)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		struct query_owner owner = {l->one[i].id, NULL, NULL};

		if (points_see(p, db, kind, &owner) < 0)
			return -1;
	}
	return 0;
}

static int
add_series(struct page *page, struct db *db, const struct query_kind *kind,
    const struct one *one, const struct points *p)
{
	struct query_owner owner = {one->id, NULL, NULL};
	int j;

	emit_object(&page->e, NULL);
	for (j = 0; j < 5; j++)
		if (one->name[j] != NULL)
			emit_string(&page->e, series_names[j], one->name[j]);
	if (points_emit(p, &page->e, db, kind, &owner) < 0)
		return -1;
	emit_end(&page->e);
	page->last.number[0] = one->id;
	return 0;
}

/* As many of the series as fit a page. */
static int
add_page(struct page *page, struct db *db, const struct query_kind *kind,
    const struct listing *l, const struct points *p)
{
	int64_t fit = PAGE_POINTS / points_count(p);
	size_t i;

	if (page->limit > fit)
		page->limit = fit;
	for (i = 0; i < l->count && page_takes(page); i++)
		if (add_series(page, db, kind, &l->one[i], p) < 0)
			return -1;
	page->last.number[1] = p->span.step;
	return 0;
}

static bool
read_filter(const struct request *r, struct answer *a, struct points *p,
    struct series_filter *f)
{
	static const char *const names[] = {"node", "job", "target", "fuzzer",
	    "since", "until", "points", "step_seconds", "limit", "after", NULL};

	*f = (struct series_filter){
	    .node = request_query(r, "node"),
	    .job = request_query(r, "job"),
	    .target = request_query(r, "target"),
	    .fuzzer = request_query(r, "fuzzer"),
	};
	return param_known(r, a, names) && points_read(p, r, a);
}

static void
tell(struct db *db, const struct request *r, struct answer *a,
    const struct query_kind *kind, const struct listing *l, struct points *p,
    int64_t limit)
{
	struct page page;

	page_begin(&page, a, "series", 's', limit);
	if (add_page(&page, db, kind, l, p) < 0)
		route_failed(db, a);
	else
		page_end(&page, a, r);
	page_release(&page);
}

static void
answer_series(struct db *db, const struct request *r, struct answer *a,
    const struct query_kind *kind)
{
	struct cursor after = CURSOR_INIT('s');
	struct listing l = {NULL, 0, 0};
	struct series_filter filter;
	struct points p;
	int64_t limit;

	if (!read_filter(r, a, &p, &filter) ||
	    !param_page(r, a, &limit, &after))
		return;
	filter.span = p.asked;
	filter.after = after.number[0];
	p.least_step = after.number[1];
	if (query_series_list(db, kind, &filter, limit + 1, add_one, &l) < 0 ||
	    find_bounds(db, kind, &l, &p) < 0)
		route_failed(db, a);
	else if (points_settle(&p, a))
		tell(db, r, a, kind, &l, &p, limit);
	listing_release(&l);
	cursor_release(&after);
}

void
route_stats(struct db *db, const struct request *r, struct answer *a)
{
	answer_series(db, r, a, &query_stats);
}

void
route_coverage(struct db *db, const struct request *r, struct answer *a)
{
	answer_series(db, r, a, &query_coverage);
}
