/* How jobs stand. */
#include "libstore/queue_emit.h"
#include "page.h"
#include "param.h"
#include "route.h"

static int
add_job(void *context, const struct queue_entry *entry)
{
	struct page *p = context;

	if (!page_takes(p))
		return 1;
	emit_object(&p->e, NULL);
	queue_emit_entry(&p->e, entry);
	emit_end(&p->e);
	page_set_text(p, entry->name);
	return 0;
}

void
route_jobs_list(struct db *db, const struct request *r, struct answer *a)
{
	static const char *const names[] = {
	    "state", "target", "node", "limit", "after", NULL};
	static const char *const states[] = {"queued", "assigned", "starting",
	    "running", "restarting", "stopping", "finished", "failed",
	    "timed_out", "cancelled", NULL};
	struct queue_filter filter = {
	    NULL, request_query(r, "target"), request_query(r, "node")};
	struct cursor after = CURSOR_INIT('j');
	struct page page;
	int64_t limit;

	if (!param_known(r, a, names) ||
	    !param_choice(r, a, "state", states, &filter.state) ||
	    !param_page(r, a, &limit, &after))
		return;
	page_begin(&page, a, "jobs", 'j', limit);
	if (queue_page(
		db, &filter, after.text.data, limit + 1, add_job, &page) < 0)
		route_failed(db, a);
	else
		page_end(&page, a, r);
	page_release(&page);
	cursor_release(&after);
}

static int
add_whole(void *context, const struct queue_entry *entry)
{
	struct answer *a = context;
	struct emit e;

	emit_begin(&e, &a->body);
	emit_object(&e, NULL);
	queue_emit_entry(&e, entry);
	emit_end(&e);
	return 0;
}

void
route_jobs_show(struct db *db, const struct request *r, struct answer *a)
{
	static const char *const names[] = {NULL};

	if (!param_known(r, a, names))
		return;
	if (queue_show(db, r->word[0], add_whole, a) < 0)
		route_failed(db, a);
	else if (a->body.len == 0)
		answer_error(a, 404, "there is no job '%s'", r->word[0]);
	else
		answer_tag(a, r);
}
