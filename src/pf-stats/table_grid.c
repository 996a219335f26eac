/* Aligned columns: how wide each may be, and the lines. */
#include "table_grid.h"

#include "mem.h"
#include "table_words.h"

struct layout {
	unsigned width[GRID_COLUMNS_MAX]; /* 0: the column is left out */
	unsigned gap;
};

void
grid_init(struct grid *g, const struct grid_column *column, unsigned count)
{
	*g = (struct grid){.column = column, .count = count, .text = BUF_INIT};
}

void
grid_release(struct grid *g)
{
	buf_release(&g->text);
	free(g->start);
}

struct buf *
grid_cell(struct grid *g)
{
	MEM_GROW(g->start, g->cells, g->cap);
	g->start[g->cells++] = g->text.len;
	return &g->text;
}

static const char *
cell_text(const struct grid *g, size_t cell, size_t *len)
{
	size_t end = cell + 1 < g->cells ? g->start[cell + 1] : g->text.len;

	*len = end - g->start[cell];
	return g->text.data + g->start[cell];
}

/* As wide as it takes. */
static void
measure(const struct grid *g, struct layout *l)
{
	unsigned c;
	size_t i, len;

	for (c = 0; c < g->count; c++)
		l->width[c] =
		    g->hidden[c] ? 0 : (unsigned)strlen(g->column[c].title);
	for (i = 0; i < g->cells; i++) {
		const char *text = cell_text(g, i, &len);
		unsigned columns = words_columns(text, len);

		c = (unsigned)(i % g->count);
		if (!g->hidden[c] && columns > l->width[c])
			l->width[c] = columns;
	}
}

static unsigned
total_width(const struct grid *g, const struct layout *l)
{
	unsigned c, total = 0;

	for (c = 0; c < g->count; c++)
		if (l->width[c] > 0)
			total += l->width[c] + (total > 0 ? l->gap : 0);
	return total;
}

static bool
is_name(const struct grid *g, unsigned c)
{
	return g->column[c].kind != GRID_NUMBER;
}

static struct layout
names_at_least(const struct grid *g, const struct layout *l)
{
	struct layout least = *l;
	unsigned c;

	for (c = 0; c < g->count; c++)
		if (is_name(g, c) && least.width[c] > g->column[c].least)
			least.width[c] = g->column[c].least;
	return least;
}

/* The column to leave out next; g->count when there is none. */
static unsigned
next_to_drop(const struct grid *g, const struct layout *l)
{
	unsigned c, found = g->count;

	for (c = 0; c < g->count; c++)
		if (l->width[c] > 0 && g->column[c].drop > 0 &&
		    (found == g->count ||
			g->column[c].drop < g->column[found].drop))
			found = c;
	return found;
}

/* The widest name that is not at its least yet. */
static unsigned
next_to_shorten(const struct grid *g, const struct layout *l)
{
	unsigned c, found = g->count;

	for (c = 0; c < g->count; c++)
		if (is_name(g, c) && l->width[c] > g->column[c].least &&
		    (found == g->count || l->width[c] > l->width[found]))
			found = c;
	return found;
}

static void
fit(const struct grid *g, struct layout *l, unsigned width)
{
	struct layout least;
	unsigned c;

	if (width == 0 || total_width(g, l) <= width)
		return;
	l->gap = 1;
	for (;;) {
		least = names_at_least(g, l);
		c = next_to_drop(g, l);
		if (total_width(g, &least) <= width || c == g->count)
			break;
		l->width[c] = 0;
	}
	while (
	    total_width(g, l) > width && (c = next_to_shorten(g, l)) < g->count)
		l->width[c]--;
}

static void
pad(struct buf *out, unsigned columns)
{
	memset(buf_reserve(out, columns), ' ', columns);
	out->len += columns;
	out->data[out->len] = '\0';
}

/* One cell; a gap and what aligns the last one come before it. */
static void
draw_cell(const struct grid *g, const struct layout *l, unsigned c,
    const char *text, size_t len, struct buf *line, unsigned *owed)
{
	unsigned columns = words_columns(text, len);
	unsigned room = l->width[c];

	pad(line, *owed);
	if (!is_name(g, c) && columns < room)
		pad(line, room - columns);
	if (g->column[c].kind == GRID_PATH && memchr(text, '/', len) != NULL)
		columns = words_fit_end(line, text, len, room);
	else
		columns = words_fit(line, text, len, room);
	*owed = l->gap + (is_name(g, c) ? room - columns : 0);
}

static void
end_line(struct buf *line, unsigned width, struct buf *out)
{
	while (line->len > 0 && line->data[line->len - 1] == ' ')
		buf_truncate(line, line->len - 1);
	if (width == 0)
		buf_add(out, line->data, line->len);
	else
		words_fit(out, line->data, line->len, width);
	buf_add_char(out, '\n');
	buf_clear(line);
}

static void
draw_titles(const struct grid *g, const struct layout *l, struct buf *line)
{
	unsigned c, owed = 0;

	for (c = 0; c < g->count; c++)
		if (l->width[c] > 0)
			draw_cell(g, l, c, g->column[c].title,
			    strlen(g->column[c].title), line, &owed);
}

static void
draw_row(
    const struct grid *g, const struct layout *l, size_t row, struct buf *line)
{
	unsigned c, owed = 0;
	size_t len;

	for (c = 0; c < g->count && row * g->count + c < g->cells; c++) {
		const char *text = cell_text(g, row * g->count + c, &len);

		if (l->width[c] > 0)
			draw_cell(g, l, c, text, len, line, &owed);
	}
}

void
grid_draw(const struct grid *g, unsigned width, size_t rows, struct buf *out)
{
	size_t all = (g->cells + g->count - 1) / g->count, row;
	size_t body = all - (g->totals ? 1 : 0);
	size_t shown = rows == 0 || body <= rows ? body : rows - 1;
	struct layout l = {.gap = 2};
	struct buf line = BUF_INIT;

	measure(g, &l);
	fit(g, &l, width);
	draw_titles(g, &l, &line);
	end_line(&line, width, out);
	for (row = 0; row < all; row++) {
		if (row == shown && shown < body) {
			buf_addf(&line, "and %zu more", body - shown);
			end_line(&line, width, out);
			row = body;
		}
		if (row == all)
			break;
		draw_row(g, &l, row, &line);
		end_line(&line, width, out);
	}
	buf_release(&line);
}
