/* The table of fuzzers. */
#include "table_draw.h"
#include "table_grid.h"
#include "table_sums.h"
#include "table_words.h"

enum {
	NODE,
	JOB,
	INSTANCE,
	FUZZER,
	STATE,
	TIME,
	EXECS,
	RATE,
	EDGES,
	COVERAGE,
	CORPUS,
	CRASHES,
	HANGS,
	FIND,
	AGE,
	COLUMNS
};

static const struct grid_column columns[COLUMNS] = {
    [NODE] = {"NODE", GRID_NAME, 6, 0},
    [JOB] = {"JOB", GRID_PATH, 8, 0},
    [INSTANCE] = {"INSTANCE", GRID_NAME, 10, 0},
    [FUZZER] = {"FUZZER", GRID_NAME, 5, 6},
    [STATE] = {"STATE", GRID_NAME, 7, 0},
    [TIME] = {"TIME", GRID_NUMBER, 0, 5},
    [EXECS] = {"EXECS", GRID_NUMBER, 0, 3},
    [RATE] = {"EXEC/S", GRID_NUMBER, 0, 0},
    [EDGES] = {"EDGES", GRID_NUMBER, 0, 8},
    [COVERAGE] = {"COV", GRID_NUMBER, 0, 1},
    [CORPUS] = {"CORPUS", GRID_NUMBER, 0, 7},
    [CRASHES] = {"CRASHES", GRID_NUMBER, 0, 0},
    [HANGS] = {"HANGS", GRID_NUMBER, 0, 2},
    [FIND] = {"FIND", GRID_NUMBER, 0, 9},
    [AGE] = {"AGE", GRID_NUMBER, 0, 4},
};

/* What has ended makes no executions, whatever it told last. */
static double
current_rate(const struct fuzzer *f, enum fuzzer_state state)
{
	if (state == STATE_STOPPED || state == STATE_DEAD)
		return -1;
	return f->execs_per_second;
}

static void
add_row(struct grid *g, const struct fuzzer *f, enum fuzzer_state state,
    int64_t now_ms)
{
	words_name(grid_cell(g), f->node);
	words_name(grid_cell(g), fuzzer_name(f));
	words_name(grid_cell(g), f->instance);
	words_name(grid_cell(g), f->fuzzer);
	buf_add_str(grid_cell(g), fuzzer_state_words[state]);
	words_duration(grid_cell(g), f->run_ms);
	words_count(grid_cell(g), f->execs);
	words_rate(grid_cell(g), current_rate(f, state));
	words_count(grid_cell(g), f->edges);
	words_share(grid_cell(g), f->coverage);
	words_count(grid_cell(g), f->corpus);
	words_count(grid_cell(g), f->crashes);
	words_count(grid_cell(g), f->hangs);
	words_age(grid_cell(g), f->last_find_ms, now_ms);
	words_age(grid_cell(g), f->row.time_ms, now_ms);
}

/* Of edges there is no sum: two fuzzers find the same ones. */
static void
add_totals(struct grid *g, const struct sums *s, int64_t now_ms)
{
	struct buf *cell;
	unsigned c;

	for (c = 0; c < COLUMNS; c++) {
		cell = grid_cell(g);
		if (c == (g->hidden[NODE] ? JOB : NODE))
			buf_add_str(cell, "total");
		else if (c == STATE)
			sums_running(cell, s);
		else if (c == EXECS)
			sum_count(cell, &s->execs);
		else if (c == RATE)
			sums_rate(cell, s);
		else if (c == CORPUS)
			sum_count(cell, &s->corpus);
		else if (c == CRASHES)
			sum_count(cell, &s->crashes);
		else if (c == HANGS)
			sum_count(cell, &s->hangs);
		else if (c == FIND)
			words_age(cell, s->last_find_ms, now_ms);
	}
}

/* "5 fuzzers: 4 running, 1 dead" */
static void
add_states(struct buf *out, const struct sums *s, unsigned width)
{
	struct buf line = BUF_INIT;
	const char *before = ": ";
	unsigned i;

	buf_addf(&line, "%zu fuzzer%s", s->fuzzers, s->fuzzers == 1 ? "" : "s");
	for (i = 0; i < STATE_COUNT; i++) {
		if (s->in_state[i] == 0)
			continue;
		buf_addf(&line, "%s%zu %s", before, s->in_state[i],
		    fuzzer_state_words[i]);
		before = ", ";
	}
	words_fit(out, line.data, line.len, width == 0 ? UINT32_MAX : width);
	buf_add_char(out, '\n');
	buf_release(&line);
}

void
draw_fuzzers(const struct table_rows *r, const struct table_view *v,
    size_t rows_max, struct buf *out)
{
	struct grid g;
	struct sums s;
	size_t i;

	if (r->fuzzer_count == 0) {
		buf_add_str(out, "no fuzzers\n");
		return;
	}
	grid_init(&g, columns, COLUMNS);
	g.hidden[NODE] = !rows_have_nodes(r);
	g.totals = true;
	sums_init(&s);
	for (i = 0; i < r->fuzzer_count; i++) {
		add_row(&g, fuzzer_row(r, i), r->states[i], v->now_ms);
		sums_add(&s, fuzzer_row(r, i), r->states[i]);
	}
	add_totals(&g, &s, v->now_ms);
	grid_draw(&g, v->width, rows_max, out);
	add_states(out, &s, v->width);
	grid_release(&g);
}
