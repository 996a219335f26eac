/* An aligned table: text to the left, numbers to the right. */
#include "summary.h"

#include "html.h"
#include "mem.h"

enum { COLUMNS = 13, TEXT_COLUMNS = 2 };

static const char *const titles[COLUMNS] = {"TARGET", "FUZZER", "EXECS",
    "EXECS/S", "EDGES", "CORPUS", "CRASHES", "BUGS", "CRITICAL", "HIGH",
    "MEDIUM", "LOW", "UNRESOLVED"};

struct cells {
	struct buf cell[COLUMNS];
};

static size_t
width_of(const struct buf *text)
{
	size_t i, width = 0;

	for (i = 0; i < text->len; i++)
		width += ((unsigned char)text->data[i] & 0xc0) != 0x80;
	return width;
}

static void
add_number(struct buf *cell, int64_t n)
{
	if (n < 0)
		buf_add_char(cell, '-');
	else
		html_count(cell, n);
}

static void
add_findings(struct cells *c, int64_t crashes,
    const int64_t groups[SEVERITY_COUNT], int64_t unresolved)
{
	int64_t bugs = 0;
	int i;

	add_number(&c->cell[6], crashes);
	for (i = 0; i < SEVERITY_UNRATED; i++)
		add_number(&c->cell[8 + i], groups[i]);
	for (i = 0; i < SEVERITY_COUNT; i++)
		bugs += groups[i];
	add_number(&c->cell[7], bugs);
	add_number(&c->cell[12], unresolved);
}

static void
add_work(struct cells *c, int64_t execs, double execs_per_second, int64_t edges,
    int64_t corpus)
{
	add_number(&c->cell[2], execs);
	if (execs_per_second < 0)
		buf_add_char(&c->cell[3], '-');
	else
		short_number(&c->cell[3], execs_per_second);
	add_number(&c->cell[4], edges);
	add_number(&c->cell[5], corpus);
}

static void
fill(struct cells *c, const struct board_row *row)
{
	plain_line(&c->cell[0], row->target != NULL ? row->target : "-");
	plain_line(&c->cell[1], row->fuzzer != NULL ? row->fuzzer : "-");
	add_work(c, row->execs, row->execs_per_second, row->edges, row->corpus);
	add_findings(c, row->crashes, row->groups, row->unresolved);
}

static void
fill_total(struct cells *c, const struct board *b)
{
	buf_add_str(&c->cell[0], "total");
	add_work(c, b->execs, b->execs_per_second, b->edges, b->corpus);
	add_findings(
	    c, b->totals.crashes, b->totals.groups, b->totals.unresolved);
}

static void
print_row(struct buf *out, const struct cells *c, const size_t width[COLUMNS])
{
	size_t i;

	for (i = 0; i < COLUMNS; i++) {
		int pad = (int)(width[i] - width_of(&c->cell[i]));

		if (i >= TEXT_COLUMNS)
			buf_addf(out, "%*s", pad, "");
		buf_add(out, c->cell[i].data, c->cell[i].len);
		if (i < TEXT_COLUMNS)
			buf_addf(out, "%*s", pad, "");
		buf_add_str(out, i + 1 < COLUMNS ? "  " : "\n");
	}
}

static void
print_table(struct buf *out, const struct cells *rows, size_t count)
{
	size_t width[COLUMNS] = {0}, i, row;

	for (row = 0; row < count; row++)
		for (i = 0; i < COLUMNS; i++)
			if (width_of(&rows[row].cell[i]) > width[i])
				width[i] = width_of(&rows[row].cell[i]);
	for (row = 0; row < count; row++)
		print_row(out, &rows[row], width);
}

void
summary_write(struct buf *out, const struct board *board)
{
	size_t i, row, count = board->count + 2;
	struct cells *rows = mem_calloc(count, sizeof *rows);

	for (row = 0; row < count; row++)
		for (i = 0; i < COLUMNS; i++)
			buf_init(&rows[row].cell[i]);
	for (i = 0; i < COLUMNS; i++)
		buf_add_str(&rows[0].cell[i], titles[i]);
	for (row = 0; row < board->count; row++)
		fill(&rows[row + 1], &board->row[row]);
	fill_total(&rows[count - 1], board);
	print_table(out, rows, count);
	if (board->totals.groups[SEVERITY_UNRATED] > 0)
		buf_addf(out, "%lld bugs have no severity.\n",
		    (long long)board->totals.groups[SEVERITY_UNRATED]);
	buf_addf(out, "%s\n", board_verdict(board));
	for (row = 0; row < count; row++)
		for (i = 0; i < COLUMNS; i++)
			buf_release(&rows[row].cell[i]);
	free(rows);
}
