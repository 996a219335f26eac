/* The table of nodes. */
#include "mem.h"
#include "table_draw.h"
#include "table_grid.h"
#include "table_sums.h"
#include "table_words.h"

enum {
	NODE,
	FUZZERS,
	RATE,
	EDGES,
	CORPUS,
	CRASHES,
	FIND,
	CPU,
	MEMORY,
	DISK,
	ALERTS,
	AGE,
	COLUMNS
};

static const struct grid_column columns[COLUMNS] = {
    [NODE] = {"NODE", GRID_NAME, 8, 0},
    [FUZZERS] = {"FUZZERS", GRID_NUMBER, 0, 0},
    [RATE] = {"EXEC/S", GRID_NUMBER, 0, 0},
    [EDGES] = {"EDGES", GRID_NUMBER, 0, 2},
    [CORPUS] = {"CORPUS", GRID_NUMBER, 0, 1},
    [CRASHES] = {"CRASHES", GRID_NUMBER, 0, 0},
    [FIND] = {"FIND", GRID_NUMBER, 0, 6},
    [CPU] = {"CPU", GRID_NUMBER, 0, 3},
    [MEMORY] = {"MEM", GRID_NUMBER, 0, 4},
    [DISK] = {"DISK", GRID_NUMBER, 0, 5},
    [ALERTS] = {"ALERTS", GRID_NUMBER, 0, 7},
    [AGE] = {"AGE", GRID_NUMBER, 0, 0},
};

struct node {
	const char *name; /* borrowed */
	struct sums sums;
	const struct machine *machine; /* NULL: it told nothing */
	size_t alerts;                 /* that fire */
	bool unanswered;
};

/* How far each list has been read: nodes come in the same order in all. */
struct cursor {
	const struct table_rows *rows;
	size_t fuzzer, machine, alert;
};

static void
keep_first(const char **first, const char *name)
{
	if (*first == NULL || strverscmp(name, *first) < 0)
		*first = name;
}

/* NULL at the end. */
static const char *
next_name(const struct cursor *c)
{
	const struct table_rows *r = c->rows;
	const char *first = NULL;

	if (c->fuzzer < r->fuzzer_count)
		keep_first(&first, fuzzer_row(r, c->fuzzer)->node);
	if (c->machine < r->machine_count)
		keep_first(&first, machine_row(r, c->machine)->node);
	if (c->alert < r->alert_count)
		keep_first(&first, alert_row(r, c->alert)->node);
	return first;
}

static void
take_fuzzers(struct cursor *c, struct node *n)
{
	const struct table_rows *r = c->rows;

	for (; c->fuzzer < r->fuzzer_count; c->fuzzer++) {
		const struct fuzzer *f = fuzzer_row(r, c->fuzzer);

		if (strcmp(f->node, n->name) != 0)
			return;
		sums_add(&n->sums, f, r->states[c->fuzzer]);
	}
}

static void
take_alerts(struct cursor *c, struct node *n)
{
	const struct table_rows *r = c->rows;

	for (; c->alert < r->alert_count; c->alert++) {
		const struct alert *a = alert_row(r, c->alert);

		if (strcmp(a->node, n->name) != 0)
			return;
		n->alerts += a->firing;
	}
}

static bool
next_node(struct cursor *c, struct node *n)
{
	const struct table_rows *r = c->rows;

	*n = (struct node){.name = next_name(c)};
	if (n->name == NULL)
		return false;
	sums_init(&n->sums);
	take_fuzzers(c, n);
	if (c->machine < r->machine_count &&
	    strcmp(machine_row(r, c->machine)->node, n->name) == 0)
		n->machine = machine_row(r, c->machine++);
	take_alerts(c, n);
	n->unanswered = rows_unanswered(r, n->name);
	return true;
}

static double
memory_share(const struct machine *m)
{
	if (m->memory_used < 0 || m->memory_total <= 0)
		return -1;
	return (double)m->memory_used / (double)m->memory_total;
}

static void
add_machine(struct grid *g, const struct machine *m)
{
	words_share(grid_cell(g), m == NULL ? -1 : m->cpu);
	words_share(grid_cell(g), m == NULL ? -1 : memory_share(m));
	words_share(grid_cell(g),
	    m == NULL || m->disk_count == 0 ? -1 : m->disks[0].used);
}

/* Of the newest thing that the node itself has said. */
static void
add_age(struct buf *cell, const struct node *n, int64_t now_ms)
{
	int64_t told_ms = n->sums.told_ms;

	if (n->machine != NULL && n->machine->row.time_ms > told_ms)
		told_ms = n->machine->row.time_ms;
	if (n->unanswered && told_ms < 0) {
		buf_add_str(cell, "never");
		return;
	}
	if (n->unanswered)
		buf_add_str(cell, "silent ");
	words_age(cell, told_ms, now_ms);
}

static void
add_row(struct grid *g, const struct node *n, int64_t now_ms)
{
	const struct sums *s = &n->sums;
	struct buf *cell;

	words_name(grid_cell(g), n->name);
	cell = grid_cell(g);
	if (s->fuzzers == 0 && (n->machine == NULL || n->unanswered))
		buf_add_char(cell, '-');
	else
		sums_running(cell, s);
	sums_rate(grid_cell(g), s);
	words_count(grid_cell(g), s->edges_most);
	sum_count(grid_cell(g), &s->corpus);
	sum_count(grid_cell(g), &s->crashes);
	words_age(grid_cell(g), s->last_find_ms, now_ms);
	add_machine(g, n->machine);
	buf_addf(grid_cell(g), "%zu", n->alerts);
	add_age(grid_cell(g), n, now_ms);
}

static void
add_totals(struct grid *g, const struct sums *s, size_t alerts, int64_t now_ms)
{
	struct buf *cell;
	unsigned c;

	for (c = 0; c <= ALERTS; c++) {
		cell = grid_cell(g);
		if (c == NODE)
			buf_add_str(cell, "total");
		else if (c == FUZZERS)
			sums_running(cell, s);
		else if (c == RATE)
			sums_rate(cell, s);
		else if (c == CORPUS)
			sum_count(cell, &s->corpus);
		else if (c == CRASHES)
			sum_count(cell, &s->crashes);
		else if (c == FIND)
			words_age(cell, s->last_find_ms, now_ms);
		else if (c == ALERTS)
			buf_addf(cell, "%zu", alerts);
	}
}

static struct sums
sum_all(const struct table_rows *r)
{
	struct sums s;
	size_t i;

	sums_init(&s);
	for (i = 0; i < r->fuzzer_count; i++)
		sums_add(&s, fuzzer_row(r, i), r->states[i]);
	return s;
}

void
draw_nodes(const struct table_rows *r, const struct table_view *v,
    size_t rows_max, struct buf *out)
{
	struct cursor c = {.rows = r};
	struct sums all = sum_all(r);
	size_t alerts = 0;
	struct node n;
	struct grid g;

	if (next_name(&c) == NULL) {
		buf_add_str(out, "no nodes\n");
		return;
	}
	grid_init(&g, columns, COLUMNS);
	g.totals = true;
	while (next_node(&c, &n)) {
		add_row(&g, &n, v->now_ms);
		alerts += n.alerts;
	}
	add_totals(&g, &all, alerts, v->now_ms);
	grid_draw(&g, v->width, rows_max, out);
	grid_release(&g);
}
