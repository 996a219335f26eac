/* honggfuzz's statistics file and its last line. */
#include "honggfuzz_stats.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>

#include "cell.h"
#include "mem.h"

enum value { COUNT, RATE, SECONDS, MEGABYTES };

/*
 * Absent on purpose: `crashes` and `crashes_count` (each hit, not each
 * input), `block_cov` (0 always), branch_coverage_percent (103 was seen).
 */
static const struct honggfuzz_key {
	const char *name;
	enum value value;
	size_t offset;
} columns[] =
    {
	{"unix_time", SECONDS, offsetof(struct stats, update_ms)},
	{"last_cov_update", SECONDS, offsetof(struct stats, last_find_ms)},
	{"total_exec", COUNT, offsetof(struct stats, execs_total)},
	{"exec_per_sec", RATE, offsetof(struct stats, execs_per_second)},
	{"unique_crashes", COUNT, offsetof(struct stats, crashes_total)},
	{"hangs", COUNT, offsetof(struct stats, hangs_total)},
	{"edge_cov", COUNT, offsetof(struct stats, edges_found)},
	{"corpus_count", COUNT, offsetof(struct stats, corpus_count)},
	{NULL, COUNT, 0},
},
  summary[] = {
      {"iterations", COUNT, offsetof(struct stats, execs_total)},
      {"time", COUNT, offsetof(struct stats, run_seconds)},
      {"speed", RATE, offsetof(struct stats, execs_per_second)},
      {"timeout_count", COUNT, offsetof(struct stats, hangs_total)},
      {"guard_nb", COUNT, offsetof(struct stats, edges_total)},
      {"peak_rss_mb", MEGABYTES, offsetof(struct stats, peak_rss_bytes)},
      {NULL, COUNT, 0},
};

static const struct honggfuzz_key *
find(const struct honggfuzz_key *keys, const char *name, size_t len)
{
	for (; keys->name != NULL; keys++)
		if (strlen(keys->name) == len &&
		    memcmp(keys->name, name, len) == 0)
			return keys;
	return NULL;
}

/* Digits and nothing else, of what fits. */
static bool
number(const char *text, size_t len, int64_t *n)
{
	size_t i;

	*n = 0;
	for (i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]) || i >= 18)
			return false;
		*n = *n * 10 + (text[i] - '0');
	}
	return len > 0;
}

static void
put(struct stats *s, const struct honggfuzz_key *key, int64_t n)
{
	char *field = (char *)s + key->offset;

	switch (key->value) {
	case COUNT:
		*(int64_t *)(void *)field = n;
		break;
	case RATE:
		*(double *)(void *)field = (double)n;
		break;
	case SECONDS:
		if (n > 0 && n < INT64_C(253402300800))
			*(int64_t *)(void *)field = n * 1000;
		break;
	case MEGABYTES:
		/* 0 when the first child still ran. */
		if (n > 0 && n <= INT64_MAX >> 20)
			*(int64_t *)(void *)field = n << 20;
		break;
	}
}

bool
honggfuzz_head(struct honggfuzz_columns *c, const char *line, size_t len)
{
	const char *at = line + 2, *end = line + len, *cell;
	size_t n;

	if (len < 2 || memcmp(line, "# ", 2) != 0 ||
	    memmem(line, len, "total_exec", 10) == NULL ||
	    memmem(line, len, "cycles_done", 11) != NULL)
		return false;
	c->count = 0;
	while (c->count < HONGGFUZZ_COLUMNS &&
	    (cell = cell_next(&at, end, &n)) != NULL)
		c->key[c->count++] = find(columns, cell, n);
	return true;
}

bool
honggfuzz_row(const struct honggfuzz_columns *c, const char *line, size_t len,
    struct stats *s)
{
	const char *at = line, *end = line + len, *cell;
	unsigned i;
	int64_t n;
	size_t cell_len;

	for (i = 0; i < c->count; i++) {
		cell = cell_next(&at, end, &cell_len);
		if (cell == NULL || !number(cell, cell_len, &n))
			return false;
		if (c->key[i] != NULL)
			put(s, c->key[i], n);
	}
	return c->count > 0;
}

const char *
honggfuzz_stats_parse(const char *text, size_t len, struct stats *s)
{
	struct honggfuzz_columns found = {0};
	const char *end, *row, *head_end;

	if (len == 0)
		return "empty";
	head_end = memchr(text, '\n', len);
	if (head_end == NULL ||
	    !honggfuzz_head(&found, text, (size_t)(head_end - text)))
		return "not a honggfuzz statistics file";
	/* A row without its end may stop in the middle of a number. */
	end = memrchr(text, '\n', len);
	if (end == head_end)
		return "no row yet";
	row = memrchr(text, '\n', (size_t)(end - text));
	return honggfuzz_row(&found, row + 1, (size_t)(end - row) - 1, s)
	    ? NULL
	    : "its last row is torn";
}

bool
honggfuzz_summary_parse(const char *line, size_t len, struct stats *s)
{
	static const char mark[] = "Summary iterations:";
	const char *at = line + strlen("Summary "), *end = line + len;

	if (len < sizeof mark - 1 || memcmp(line, mark, sizeof mark - 1) != 0)
		return false;
	while (at < end) {
		const char *blank = memchr(at, ' ', (size_t)(end - at));
		const char *stop = blank == NULL ? end : blank;
		const char *colon = memchr(at, ':', (size_t)(stop - at));
		const struct honggfuzz_key *key = colon == NULL
		    ? NULL
		    : find(summary, at, (size_t)(colon - at));
		int64_t n;

		if (key != NULL &&
		    number(colon + 1, (size_t)(stop - colon) - 1, &n))
			put(s, key, n);
		at = blank == NULL ? end : blank + 1;
	}
	/* Edges of modules that came later are counted without a guard. */
	if (s->edges_found != STATS_UNKNOWN && s->edges_total < s->edges_found)
		s->edges_total = STATS_UNKNOWN;
	return true;
}
