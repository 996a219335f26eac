/* Rows of AFL++'s plot_data. */
#include "aflpp_plot.h"

#include <math.h>

#include "aflpp_value.h"
#include "cell.h"

/* Below it is no time of day since 2001. */
#define UNIX_SECONDS_LEAST 1000000000

enum { SKIPPED = -1, TIME_UNIX = -2, TIME_RELATIVE = -3 };

static const struct column {
	const char *name, *since; /* until another row has the same field */
	enum aflpp_value value;
	size_t offset;
} columns[] = {
    {"cycles_done", "2.52c", AFLPP_COUNT, offsetof(struct stats, cycles_total)},
    {"paths_total", "2.52c", AFLPP_COUNT, offsetof(struct stats, corpus_count)},
    {"pending_total", "2.52c", AFLPP_COUNT,
	offsetof(struct stats, pending_count)},
    {"map_size", "2.52c", AFLPP_PERCENT,
	offsetof(struct stats, coverage_ratio)},
    {"unique_crashes", "2.52c", AFLPP_COUNT,
	offsetof(struct stats, crashes_total)},
    {"unique_hangs", "2.52c", AFLPP_COUNT, offsetof(struct stats, hangs_total)},
    {"execs_per_sec", "2.52c", AFLPP_RATE,
	offsetof(struct stats, execs_per_second)},
    {"total_execs", "3.10c", AFLPP_COUNT, offsetof(struct stats, execs_total)},
    {"edges_found", "3.10c", AFLPP_COUNT, offsetof(struct stats, edges_found)},
    {"corpus_count", "4.00c", AFLPP_COUNT,
	offsetof(struct stats, corpus_count)},
    {"saved_crashes", "4.00c", AFLPP_COUNT,
	offsetof(struct stats, crashes_total)},
    {"saved_hangs", "4.00c", AFLPP_COUNT, offsetof(struct stats, hangs_total)},
};

static bool
is(const char *cell, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(cell, name, len) == 0;
}

static signed char
column_named(const char *cell, size_t len)
{
	size_t i;

	if (is(cell, len, "unix_time"))
		return TIME_UNIX;
	if (is(cell, len, "relative_time"))
		return TIME_RELATIVE;
	for (i = 0; i < sizeof columns / sizeof columns[0]; i++)
		if (is(cell, len, columns[i].name))
			return (signed char)i;
	return SKIPPED;
}

bool
aflpp_plot_head(struct aflpp_plot *p, const char *line, size_t len)
{
	struct aflpp_plot found = {0};
	const char *at = line + 1, *cell;
	size_t cell_len;

	if (len < 2 || line[0] != '#')
		return false;
	while (found.count < AFLPP_PLOT_COLUMNS &&
	    (cell = cell_next(&at, line + len, &cell_len)) != NULL)
		found.key[found.count++] = column_named(cell, cell_len);
	if (found.count < 2 || found.key[0] >= SKIPPED ||
	    memmem(line, len, "cycles_done", 11) == NULL)
		return false;
	*p = found;
	return true;
}

static bool
take_time(signed char key, const char *cell, size_t len, int64_t *time_ms,
    bool *relative)
{
	int64_t n = STATS_UNKNOWN;

	if (!aflpp_value_put(&n, AFLPP_COUNT, cell, len) || n < 0 ||
	    n > INT64_C(253402300799))
		return false;
	/* 3.12c wrote milliseconds since its start under the name before. */
	*relative = key == TIME_RELATIVE || n < UNIX_SECONDS_LEAST;
	*time_ms = key == TIME_UNIX && *relative ? n : n * 1000;
	return true;
}

bool
aflpp_plot_row(const struct aflpp_plot *p, const char *line, size_t len,
    struct stats *s, int64_t *time_ms, bool *relative)
{
	const char *at = line, *cell;
	size_t cell_len;
	unsigned i;

	for (i = 0; i < p->count; i++) {
		const struct column *c;

		cell = cell_next(&at, line + len, &cell_len);
		if (cell == NULL)
			return false;
		if (i == 0 &&
		    !take_time(p->key[0], cell, cell_len, time_ms, relative))
			return false;
		if (p->key[i] < 0)
			continue;
		c = &columns[p->key[i]];
		aflpp_value_put(
		    (char *)s + c->offset, c->value, cell, cell_len);
	}
	/* The row of its end; of what it did then 2.68c says nothing. */
	if (s->coverage_ratio == 0 && s->execs_per_second == 0)
		s->coverage_ratio = s->execs_per_second = NAN;
	/* 2.68c writes one cell more than it names. */
	return p->count > 0;
}
