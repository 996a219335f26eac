/* Points. */
#include "points.h"

#include <string.h>

#include "param.h"
#include "scan.h"

#define POINTS 200
#define POINTS_MAX 2000
#define STEP_SECONDS_MAX (10 * 366 * 24 * 3600LL)
/* Beyond the year 9999, and far from where sums of it would end. */
#define STEP_MS_MAX INT64_C(1000000000000000)
/* What a count can be, as events have it. */
#define COUNT_MAX 9007199254740991.0

bool
points_read(struct points *p, const struct request *r, struct answer *a)
{
	int64_t step_seconds = 0;

	*p = (struct points){.asked = {0, INT64_MAX, 0}, .most = POINTS};
	if (!param_time(r, a, "since", &p->asked.since) ||
	    !param_time(r, a, "until", &p->asked.until) ||
	    !param_count(r, a, "points", 2, POINTS_MAX, &p->most) ||
	    !param_count(
		r, a, "step_seconds", 1, STEP_SECONDS_MAX, &step_seconds))
		return false;
	p->asked.step = step_seconds * 1000;
	if (step_seconds == 0 || request_query(r, "points") == NULL)
		return true;
	answer_error(a, 400, "points and step_seconds do not go together");
	return false;
}

int
points_see(struct points *p, struct db *db, const struct query_kind *kind,
    const struct query_owner *owner)
{
	struct query_span seen;
	bool any;

	if (query_series_bounds(db, kind, owner, &p->asked, &any, &seen) < 0)
		return -1;
	if (!any)
		return 0;
	if (!p->any || seen.since < p->span.since)
		p->span.since = seen.since;
	if (!p->any || seen.until > p->span.until)
		p->span.until = seen.until;
	p->any = true;
	return 0;
}

/* The shortest one, in whole seconds, that makes no more than p->most points:
 * the first and the last may be cut by the ends. */
static int64_t
step_for(const struct points *p)
{
	int64_t length = p->span.until - 1 - p->span.since;
	int64_t parts = p->most - 1;
	int64_t step = (length + parts - 1) / parts;

	return step < 1000 ? 1000 : (step + 999) / 1000 * 1000;
}

bool
points_settle(struct points *p, struct answer *a)
{
	if (!p->any)
		return true;
	p->span.step = p->asked.step;
	if (p->span.step == 0) {
		p->span.step = step_for(p);
		if (p->least_step > p->span.step)
			p->span.step = p->least_step < STEP_MS_MAX
			    ? p->least_step
			    : STEP_MS_MAX;
		return true;
	}
	if (points_count(p) <= POINTS_MAX)
		return true;
	answer_error(a, 400,
	    "step_seconds makes more than %d points of what there is",
	    POINTS_MAX);
	return false;
}

int64_t
points_count(const struct points *p)
{
	return p->any ? (p->span.until - 1) / p->span.step -
		p->span.since / p->span.step + 1
		      : 1;
}

struct telling {
	struct emit *e;
	const struct query_column *columns;
	struct scan scan;
};

/* A sum is told as the count that it is; engines differ in how they write
 * it. */
static int64_t
count_of(const struct scan_value *v)
{
	if (v->type == SCAN_INTEGER)
		return v->number.integer;
	return v->number.real < COUNT_MAX ? (int64_t)v->number.real
					  : (int64_t)COUNT_MAX;
}

static void
emit_value(
    struct emit *e, const struct query_column *c, const struct scan_value *v)
{
	if (v->type != SCAN_INTEGER && v->type != SCAN_REAL)
		return;
	switch (c->form) {
	case QUERY_COUNT:
		emit_i64(e, c->name, count_of(v));
		break;
	case QUERY_AMOUNT:
		emit_real(e, c->name,
		    v->type == SCAN_REAL ? v->number.real
					 : (double)v->number.integer);
		break;
	case QUERY_TIME:
		emit_time(e, c->name, v->number.integer);
		break;
	case QUERY_FLAG:
		emit_bool(e, c->name, v->number.integer != 0);
		break;
	}
}

/* The values in a JSON array of the columns that are the last sample's, or of
 * the others, behind `at`. */
static void
emit_values(struct telling *t, uint32_t at, bool last)
{
	const struct scan_value *all = t->scan.value;
	const struct query_column *c;

	for (c = t->columns; c->name != NULL && at < all[0].next; c++)
		if ((c->how == QUERY_LAST) == last) {
			emit_value(t->e, c, &all[at]);
			at = all[at].next;
		}
}

static bool
read_values(struct telling *t, const char *text)
{
	const char *why;

	return text != NULL &&
	    scan_read(&t->scan, text, strlen(text), 2, &why) &&
	    t->scan.value[0].count > 0;
}

static int
emit_point(void *context, const struct query_bucket *b)
{
	struct telling *t = context;

	if (!read_values(t, b->values) || t->scan.value[1].number.integer == 0)
		return 0;
	emit_object(t->e, NULL);
	emit_time(t->e, "time", b->start);
	emit_i64(t->e, "samples", t->scan.value[1].number.integer);
	emit_values(t, 2, false);
	if (read_values(t, b->last))
		emit_values(t, 1, true);
	emit_end(t->e);
	return 0;
}

int
points_emit(const struct points *p, struct emit *e, struct db *db,
    const struct query_kind *kind, const struct query_owner *owner)
{
	struct telling t = {e, kind->columns, SCAN_INIT};
	int status = 0;

	if (p->any)
		emit_i64(e, "step_seconds", p->span.step / 1000);
	emit_array(e, "points");
	if (p->any)
		status = query_series_points(
		    db, kind, owner, &p->span, emit_point, &t);
	emit_end(e);
	scan_release(&t.scan);
	return status;
}
