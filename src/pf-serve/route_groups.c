/* Groups of crashes, and what a person says of one. */
#include "libstore/group.h"

#include "body.h"
#include "libstore/query_groups.h"
#include "page.h"
#include "param.h"
#include "route.h"

/* Of a group that is asked for by its name. */
#define TARGETS_MAX 100

/* As pf-report --groups has them. */
static const struct row_field head[] = {
    {"group", GROUP_KEY, ROW_TEXT},
    {"site", GROUP_SITE, ROW_TEXT},
    {"kind", GROUP_KIND, ROW_TEXT},
    {"severity", GROUP_SEVERITY, ROW_TEXT},
    {"why", GROUP_WHY, ROW_TEXT},
    {"state", GROUP_STATE, ROW_TEXT},
    {"count", GROUP_COUNT, ROW_COUNT},
    {"first_time", GROUP_FIRST_TIME, ROW_TIME},
    {"last_time", GROUP_LAST_TIME, ROW_TIME},
    {"rules", GROUP_RULES, ROW_TEXT},
    {"site_linefree", GROUP_SITE_LINEFREE, ROW_TEXT},
    {"fixed_time", GROUP_FIXED_TIME, ROW_TIME},
    {"example", GROUP_EXAMPLE, ROW_TEXT},
    {NULL, 0, ROW_TEXT},
};

static int
add_group(void *context, struct db_statement *row)
{
	struct page *p = context;

	if (!page_takes(p))
		return 1;
	emit_object(&p->e, NULL);
	row_emit(&p->e, row, head);
	emit_end(&p->e);
	p->last.number[0] = db_column_integer(row, GROUP_RANK);
	p->last.number[1] = db_column_integer(row, GROUP_LAST_TIME);
	page_set_text(p, db_column_text(row, GROUP_KEY));
	return 0;
}

static bool
read_filter(const struct request *r, struct answer *a, struct group_filter *f)
{
	static const char *const names[] = {
	    "severity", "state", "target", "since", "limit", "after", NULL};
	static const char *const states[] = {
	    "new", "open", "ignored", "fixed", "regressed", NULL};
	static const char *const severities[] = {
	    "CRITICAL", "HIGH", "MEDIUM", "LOW", "UNRATED", NULL};

	*f = (struct group_filter){
	    .target = request_query(r, "target"),
	    .rank = GROUP_RANK_FIRST,
	    .key = "",
	};
	return param_known(r, a, names) &&
	    param_choice(r, a, "severity", severities, &f->severity) &&
	    param_choice(r, a, "state", states, &f->state) &&
	    param_time(r, a, "since", &f->since);
}

void
route_groups_list(struct db *db, const struct request *r, struct answer *a)
{
	struct cursor after = CURSOR_INIT('g');
	struct group_filter filter;
	struct page page;
	int64_t limit;

	if (!read_filter(r, a, &filter) || !param_page(r, a, &limit, &after))
		return;
	if (request_query(r, "after") != NULL) {
		filter.rank = after.number[0];
		filter.last = after.number[1];
		filter.key = after.text.data;
	}
	page_begin(&page, a, "groups", 'g', limit);
	if (query_group_list(db, &filter, limit + 1, add_group, &page) < 0)
		route_failed(db, a);
	else
		page_end(&page, a, r);
	page_release(&page);
	cursor_release(&after);
}

static int
add_head(void *context, struct db_statement *row)
{
	row_emit(context, row, head);
	return 0;
}

static int
add_target(void *context, struct db_statement *row)
{
	emit_string(context, NULL, db_column_text(row, 0));
	return 0;
}

/* The whole answer: the group, or that there is none. */
static void
show(struct db *db, const char *key, struct answer *a)
{
	struct emit e;

	emit_begin(&e, &a->body);
	emit_object(&e, NULL);
	if (query_group(db, key, add_head, &e) < 0) {
		route_failed(db, a);
		return;
	}
	if (a->body.len < 2) {
		answer_error(a, 404, "there is no group '%s'", key);
		return;
	}
	emit_array(&e, "targets");
	if (query_group_targets(db, key, TARGETS_MAX, add_target, &e) < 0) {
		route_failed(db, a);
		return;
	}
	emit_end(&e);
	emit_end(&e);
}

void
route_groups_show(struct db *db, const struct request *r, struct answer *a)
{
	static const char *const names[] = {NULL};

	if (!param_known(r, a, names))
		return;
	show(db, r->word[0], a);
	if (a->status == 200)
		answer_tag(a, r);
}

static void
set_state(
    struct db *db, const struct request *r, struct answer *a, struct body *b)
{
	const char *state = "";
	int set;

	if (!body_needs(b, "state") || !body_text(b, "state", 20, &state))
		return;
	if (!group_state_valid(state)) {
		answer_error(a, 400,
		    "state is not new, open, ignored or fixed: '%s'", state);
		return;
	}
	set = group_set_state(db, r->word[0], state, r->now);
	if (set < 0)
		route_failed(db, a);
	else if (set == 0)
		answer_error(a, 404, "there is no group '%s'", r->word[0]);
	else
		show(db, r->word[0], a);
}

void
route_groups_patch(struct db *db, const struct request *r, struct answer *a)
{
	static const char *const none[] = {NULL};
	static const char *const names[] = {"state", NULL};
	struct body b;

	if (!param_known(r, a, none))
		return;
	if (body_read(&b, r, a, names))
		set_state(db, r, a, &b);
	body_release(&b);
}
