/* Events kept by what they are of, and drawn. */
#include "table.h"

#include <jansson.h>
#include <locale.h>
#include <search.h>
#include <sysexits.h>

#include "mem.h"
#include "msg.h"
#include "table_draw.h"

static const struct kind {
	const char *type;
	struct row *(*read)(const json_t *event);
	int (*compare)(const void *, const void *);
	void (*free)(void *);
} kinds[] = {
    {"stats", fuzzer_read, fuzzer_compare, fuzzer_free},
    {"resource", machine_read, machine_compare, machine_free},
    {"alert", alert_read, alert_compare, alert_free},
};

enum { FUZZERS, MACHINES, ALERTS, KINDS };

struct table {
	struct {
		void *tree; /* of tsearch(3) */
		size_t count;
	} rows[KINDS];
};

struct table *
table_new(void)
{
	setlocale(LC_CTYPE, "");
	return mem_calloc(1, sizeof(struct table));
}

static void
forget(struct table *t, size_t kind)
{
	tdestroy(t->rows[kind].tree, kinds[kind].free);
	t->rows[kind].tree = NULL;
	t->rows[kind].count = 0;
}

void
table_clear(struct table *t)
{
	forget(t, FUZZERS);
	forget(t, MACHINES);
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	table_clear(t);
	forget(t, ALERTS);
	free(t);
}

static void
add(struct table *t, size_t kind, struct row *row)
{
	struct row **place =
	    tsearch(row, &t->rows[kind].tree, kinds[kind].compare);
	struct row *old;

	if (place == NULL)
		msg_diex(EX_OSERR, "out of memory");
	old = *place;
	if (old == row) {
		t->rows[kind].count++;
	} else if (row->time_ms >= old->time_ms) {
		*place = row;
		kinds[kind].free(old);
	} else {
		kinds[kind].free(row);
	}
}

void
table_add(struct table *t, const json_t *event)
{
	const char *type = json_string_value(json_object_get(event, "type"));
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (strcmp(type, kinds[i].type) == 0)
			add(t, i, kinds[i].read(event));
}

struct listing {
	const struct row **rows;
	size_t count;
};

static void
list_row(const void *place, VISIT visit, void *context)
{
	struct listing *l = context;

	if (visit == postorder || visit == leaf)
		l->rows[l->count++] = *(const struct row *const *)place;
}

/* In order. */
static struct listing
list(const struct table *t, size_t kind)
{
	struct listing l = {
	    .rows = mem_calloc(t->rows[kind].count + 1, sizeof *l.rows)};

	twalk_r(t->rows[kind].tree, list_row, &l);
	return l;
}

/* Of what runs on a node that does not answer nothing is known. */
static enum fuzzer_state *
list_states(const struct table_rows *r)
{
	enum fuzzer_state *states =
	    mem_calloc(r->fuzzer_count + 1, sizeof *states);
	bool silent = false;
	size_t i;

	for (i = 0; i < r->fuzzer_count; i++) {
		const struct fuzzer *f = fuzzer_row(r, i);

		if (i == 0 || strcmp(fuzzer_row(r, i - 1)->node, f->node) != 0)
			silent = rows_unanswered(r, f->node);
		states[i] = silent ? STATE_UNKNOWN : f->state;
	}
	return states;
}

static size_t
count_lines(const struct buf *text)
{
	size_t lines = 0, i;

	for (i = 0; i < text->len; i++)
		lines += text->data[i] == '\n';
	return lines;
}

/* How many rows leave room for titles, totals and what comes after. */
static size_t
rows_that_fit(const struct table_view *v, const struct buf *after)
{
	size_t taken = count_lines(after) + 4;

	if (v->height == 0)
		return 0;
	return v->height > taken ? v->height - taken : 1;
}

static void
draw(const struct table_rows *r, const struct table_view *v, struct buf *out)
{
	struct buf after = BUF_INIT;
	size_t rows;

	if (!v->by_node)
		draw_machines(r, v, &after);
	draw_alerts(r, v, &after);
	rows = rows_that_fit(v, &after);
	if (v->by_node)
		draw_nodes(r, v, rows, out);
	else
		draw_fuzzers(r, v, rows, out);
	buf_add(out, after.data, after.len);
	buf_release(&after);
}

void
table_text(const struct table *t, const struct table_view *v, struct buf *out)
{
	struct listing fuzzers = list(t, FUZZERS), machines = list(t, MACHINES),
		       alerts = list(t, ALERTS);
	struct table_rows r = {fuzzers.rows, machines.rows, alerts.rows, NULL,
	    fuzzers.count, machines.count, alerts.count};

	r.states = list_states(&r);
	draw(&r, v, out);
	free(r.states);
	free(fuzzers.rows);
	free(machines.rows);
	free(alerts.rows);
}
