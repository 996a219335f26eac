/* Crashes: a list, and one with all that is known of it. */
#include "libstore/query_crashes.h"
#include "page.h"
#include "param.h"
#include "route.h"

static const struct row_field head[] = {
    {"id", CRASH_EVENT, ROW_TEXT},
    {"time", CRASH_TIME, ROW_TIME},
    {"node", CRASH_NODE, ROW_TEXT},
    {"job", CRASH_JOB, ROW_TEXT},
    {"target", CRASH_TARGET, ROW_TEXT},
    {"fuzzer", CRASH_FUZZER, ROW_TEXT},
    {"group", CRASH_GROUP, ROW_TEXT},
    {"status", CRASH_STATUS, ROW_TEXT},
    {"severity", CRASH_SEVERITY, ROW_TEXT},
    {"kind", CRASH_KIND, ROW_TEXT},
    {"site", CRASH_SITE, ROW_TEXT},
    {"sanitizer", CRASH_SANITIZER, ROW_TEXT},
    {"signal", CRASH_SIGNAL, ROW_COUNT},
    {"exit_code", CRASH_EXIT_CODE, ROW_COUNT},
    {"build_id", CRASH_BUILD_ID, ROW_TEXT},
    {NULL, 0, ROW_TEXT},
};

static const struct row_field input[] = {
    {"name", CRASH_INPUT_NAME, ROW_TEXT},
    {"path", CRASH_INPUT_PATH, ROW_TEXT},
    {"bytes", CRASH_INPUT_BYTES, ROW_COUNT},
    {"xxh128", CRASH_INPUT_XXH128, ROW_TEXT},
    {"kept", CRASH_INPUT_KEPT, ROW_FLAG},
    {NULL, 0, ROW_TEXT},
};

static const struct row_field replay[] = {
    {"runs", CRASH_REPLAY_RUNS, ROW_COUNT},
    {"hits", CRASH_REPLAY_HITS, ROW_COUNT},
    {"verdict", CRASH_REPLAY_VERDICT, ROW_TEXT},
    {NULL, 0, ROW_TEXT},
};

/* What is long, or of use with one crash only. */
static const struct row_field whole[] = {
    {"rev", CRASH_REV, ROW_COUNT},
    {"why", CRASH_WHY, ROW_TEXT},
    {"access", CRASH_ACCESS, ROW_TEXT},
    {"access_bytes", CRASH_ACCESS_BYTES, ROW_COUNT},
    {"address", CRASH_ADDRESS, ROW_TEXT},
    {"site_linefree", CRASH_SITE_LINEFREE, ROW_TEXT},
    {"stack", CRASH_STACK, ROW_TEXT},
    {"rules", CRASH_RULES, ROW_TEXT},
    {"frames", CRASH_FRAMES, ROW_JSON},
    {"trace", CRASH_TRACE, ROW_TEXT},
    {"command", CRASH_COMMAND, ROW_JSON},
    {"env", CRASH_ENV, ROW_JSON},
    {"extra", CRASH_EXTRA, ROW_JSON},
    {NULL, 0, ROW_TEXT},
};

static void
emit_short(struct emit *e, struct db_statement *row)
{
	row_emit(e, row, head);
	row_emit_object(e, "input", row, input);
	row_emit_object(e, "replay", row, replay);
}

static int
add_crash(void *context, struct db_statement *row)
{
	struct page *p = context;

	if (!page_takes(p))
		return 1;
	emit_object(&p->e, NULL);
	emit_short(&p->e, row);
	emit_end(&p->e);
	p->last.number[0] = db_column_integer(row, CRASH_TIME);
	page_set_text(p, db_column_text(row, CRASH_EVENT));
	return 0;
}

static bool
read_filter(const struct request *r, struct answer *a, struct crash_filter *f)
{
	static const char *const names[] = {"group", "target", "node", "job",
	    "status", "since", "until", "limit", "after", NULL};
	static const char *const statuses[] = {
	    "new", "known", "unresolved", NULL};

	*f = (struct crash_filter){
	    .group = request_query(r, "group"),
	    .target = request_query(r, "target"),
	    .node = request_query(r, "node"),
	    .job = request_query(r, "job"),
	    .before = INT64_MAX,
	    .before_event = "",
	};
	return param_known(r, a, names) &&
	    param_choice(r, a, "status", statuses, &f->status) &&
	    param_time(r, a, "since", &f->since) &&
	    param_time(r, a, "until", &f->before);
}

void
route_crashes_list(struct db *db, const struct request *r, struct answer *a)
{
	struct cursor after = CURSOR_INIT('c');
	struct crash_filter filter;
	struct page page;
	int64_t limit;

	if (!read_filter(r, a, &filter) || !param_page(r, a, &limit, &after))
		return;
	/* What lies before the cursor lies before `until`. */
	if (request_query(r, "after") != NULL) {
		filter.before = after.number[0];
		filter.before_event = after.text.data;
	}
	page_begin(&page, a, "crashes", 'c', limit);
	if (query_crash_list(db, &filter, limit + 1, add_crash, &page) < 0)
		route_failed(db, a);
	else
		page_end(&page, a, r);
	page_release(&page);
	cursor_release(&after);
}

static int
add_whole(void *context, struct db_statement *row)
{
	struct answer *a = context;
	struct emit e;

	emit_begin(&e, &a->body);
	emit_object(&e, NULL);
	emit_short(&e, row);
	row_emit(&e, row, whole);
	emit_end(&e);
	return 0;
}

void
route_crashes_show(struct db *db, const struct request *r, struct answer *a)
{
	static const char *const names[] = {NULL};

	if (!param_known(r, a, names))
		return;
	if (query_crash_whole(db, r->word[0], add_whole, a) < 0)
		route_failed(db, a);
	else if (a->body.len == 0)
		answer_error(a, 404, "there is no crash '%s'", r->word[0]);
	else
		answer_tag(a, r);
}
