/* What stands below the rows: machines and alerts. */
#include "table_draw.h"
#include "table_grid.h"
#include "table_words.h"

enum {
	MACHINE,
	CPU,
	LOAD,
	MEMORY,
	SWAP,
	ORPHANS,
	TOLD,
	DISKS,
	MACHINE_COLUMNS
};

static const struct grid_column machine_columns[MACHINE_COLUMNS] = {
    [MACHINE] = {"MACHINE", GRID_NAME, 8, 0},
    [CPU] = {"CPU", GRID_NUMBER, 0, 0},
    [LOAD] = {"LOAD", GRID_NUMBER, 0, 4},
    [MEMORY] = {"MEMORY", GRID_NUMBER, 0, 0},
    [SWAP] = {"SWAP", GRID_NUMBER, 0, 3},
    [ORPHANS] = {"ORPHANS", GRID_NUMBER, 0, 1},
    [TOLD] = {"AGE", GRID_NUMBER, 0, 2},
    [DISKS] = {"DISKS", GRID_NAME, 12, 0},
};

enum { SEVERITY, NODE, JOB, INSTANCE, NAME, SINCE, MESSAGE, ALERT_COLUMNS };

static const struct grid_column alert_columns[ALERT_COLUMNS] = {
    [SEVERITY] = {"ALERT", GRID_NAME, 8, 0},
    [NODE] = {"NODE", GRID_NAME, 6, 0},
    [JOB] = {"JOB", GRID_PATH, 6, 2},
    [INSTANCE] = {"INSTANCE", GRID_NAME, 6, 1},
    [NAME] = {"NAME", GRID_NAME, 10, 0},
    [SINCE] = {"AGE", GRID_NUMBER, 0, 0},
    [MESSAGE] = {"MESSAGE", GRID_NAME, 20, 0},
};

/* "3.2G/7.8G" */
static void
add_memory(struct buf *cell, const struct machine *m)
{
	words_size(cell, m->memory_used);
	if (m->memory_used < 0 && m->memory_total < 0)
		return;
	buf_add_char(cell, '/');
	words_size(cell, m->memory_total);
}

/* "/srv 93% of 1T, / 41% of 98G" */
static void
add_disks(struct buf *cell, const struct machine *m)
{
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < m->disk_count; i++) {
		if (i > 0)
			buf_add_str(&text, ", ");
		words_name(&text, m->disks[i].mount);
		buf_add_char(&text, ' ');
		words_share(&text, m->disks[i].used);
		buf_add_str(&text, " of ");
		words_size(&text, m->disks[i].total);
	}
	if (m->disk_count == 0)
		buf_add_char(&text, '-');
	words_fit(cell, text.data, text.len, WORDS_NAME_MAX);
	buf_release(&text);
}

static void
add_machine(struct grid *g, const struct machine *m, int64_t now_ms)
{
	words_name(grid_cell(g), m->node);
	words_share(grid_cell(g), m->cpu);
	words_rate(grid_cell(g), m->load);
	add_memory(grid_cell(g), m);
	words_size(grid_cell(g), m->swap_used);
	words_count(grid_cell(g), m->orphans);
	words_age(grid_cell(g), m->row.time_ms, now_ms);
	add_disks(grid_cell(g), m);
}

void
draw_machines(
    const struct table_rows *r, const struct table_view *v, struct buf *out)
{
	struct grid g;
	size_t i;

	if (r->machine_count == 0)
		return;
	buf_add_char(out, '\n');
	grid_init(&g, machine_columns, MACHINE_COLUMNS);
	for (i = 0; i < r->machine_count; i++)
		add_machine(&g, machine_row(r, i), v->now_ms);
	grid_draw(&g, v->width, 0, out);
	grid_release(&g);
}

static void
add_alert(struct grid *g, const struct alert *a, int64_t now_ms)
{
	words_name(grid_cell(g), a->severity);
	words_name(grid_cell(g), a->node);
	words_name(grid_cell(g), a->job);
	words_name(grid_cell(g), a->instance);
	words_name(grid_cell(g), a->name);
	words_age(grid_cell(g), a->row.time_ms, now_ms);
	words_name(grid_cell(g), a->message);
}

/* Those that fire and whose severity is critical, or is not. */
static size_t
add_alerts(
    struct grid *g, const struct table_rows *r, bool critical, int64_t now_ms)
{
	size_t i, added = 0;

	for (i = 0; i < r->alert_count; i++) {
		const struct alert *a = alert_row(r, i);

		if (!a->firing ||
		    (strcmp(a->severity, "critical") == 0) != critical)
			continue;
		add_alert(g, a, now_ms);
		if (*a->job != '\0')
			g->hidden[JOB] = false;
		if (*a->instance != '\0')
			g->hidden[INSTANCE] = false;
		added++;
	}
	return added;
}

void
draw_alerts(
    const struct table_rows *r, const struct table_view *v, struct buf *out)
{
	struct grid g;
	size_t added;

	grid_init(&g, alert_columns, ALERT_COLUMNS);
	g.hidden[NODE] = !rows_have_nodes(r);
	g.hidden[JOB] = g.hidden[INSTANCE] = true;
	added = add_alerts(&g, r, true, v->now_ms);
	added += add_alerts(&g, r, false, v->now_ms);
	if (added > 0) {
		buf_add_char(out, '\n');
		grid_draw(&g, v->width, 0, out);
	}
	grid_release(&g);
}
