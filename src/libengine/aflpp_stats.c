/* AFL++'s fuzzer_stats file. */
#include "aflpp_stats.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>

#include "mem.h"

enum value {
	COUNT,
	RATE,    /* a real number */
	PERCENT, /* "98.44%" to a ratio */
	SECONDS  /* since the epoch, to milliseconds; 0 means never */
};

/*
 * Absent on purpose, for they are wrong in every release up to 4.2x:
 * peak_rss_mb and slowest_exec_ms (of reaped children only, mostly 0).
 */
static const struct key {
	const char *name; /* and since when */
	enum value value;
	size_t offset;
} keys[] = {
    {"start_time", SECONDS, offsetof(struct stats, start_ms)},
    {"last_update", SECONDS, offsetof(struct stats, update_ms)},
    {"run_time", COUNT, offsetof(struct stats, run_seconds)}, /* 2.63c */
    {"fuzzer_pid", COUNT, offsetof(struct stats, pid)},
    {"cycles_done", COUNT, offsetof(struct stats, cycles_total)},
    {"execs_done", COUNT, offsetof(struct stats, execs_total)},
    {"execs_per_sec", RATE, offsetof(struct stats, execs_per_second)},
    {"paths_total", COUNT, offsetof(struct stats, corpus_count)},
    {"corpus_count", COUNT, offsetof(struct stats, corpus_count)}, /* 4.00c */
    {"pending_total", COUNT, offsetof(struct stats, pending_count)},
    {"stability", PERCENT, offsetof(struct stats, stability_ratio)},
    {"bitmap_cvg", PERCENT, offsetof(struct stats, coverage_ratio)},
    {"unique_crashes", COUNT, offsetof(struct stats, crashes_total)},
    {"saved_crashes", COUNT, offsetof(struct stats, crashes_total)}, /* 4.00c */
    {"unique_hangs", COUNT, offsetof(struct stats, hangs_total)},
    {"saved_hangs", COUNT, offsetof(struct stats, hangs_total)}, /* 4.00c */
    {"last_path", SECONDS, offsetof(struct stats, last_find_ms)},
    {"last_find", SECONDS, offsetof(struct stats, last_find_ms)}, /* 4.00c */
    {"edges_found", COUNT, offsetof(struct stats, edges_found)},  /* 2.63c */
    {"total_edges", COUNT, offsetof(struct stats, edges_total)},  /* 3.14c */
};

static void
put_count(int64_t *field, const char *text)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	/* 18446744073709551615 is AFL's -1: out of range here, so absent. */
	if (end != text && *end == '\0' && errno == 0 && value >= 0)
		*field = value;
}

static void
put_rate(double *field, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end != text && *end == '\0' && isfinite(value) && value >= 0)
		*field = value;
}

/* One division of whole numbers, so that 98.44% is 0.9844 and no less. */
static void
put_percent(double *field, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end != text && strcmp(end, "%") == 0 && isfinite(value) &&
	    value >= 0 && value <= 100)
		*field = (double)(int64_t)(value * 1e4 + 0.5) / 1e6;
}

static void
put_seconds(int64_t *field, const char *text)
{
	int64_t seconds = STATS_UNKNOWN;

	put_count(&seconds, text);
	if (seconds > 0 && seconds < INT64_C(253402300800))
		*field = seconds * 1000;
}

static bool
put_value(struct stats *s, const char *name, const char *text)
{
	size_t i;

	for (i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		char *field = (char *)s + keys[i].offset;

		if (strcmp(keys[i].name, name) != 0)
			continue;
		switch (keys[i].value) {
		case COUNT:
			put_count((int64_t *)(void *)field, text);
			break;
		case RATE:
			put_rate((double *)(void *)field, text);
			break;
		case PERCENT:
			put_percent((double *)(void *)field, text);
			break;
		case SECONDS:
			put_seconds((int64_t *)(void *)field, text);
			break;
		}
		return true;
	}
	return false;
}

/* "key   : value" in place; false when the line is not that. */
static bool
split(char *line, char **value)
{
	char *colon = strchr(line, ':'), *end;

	if (colon == NULL || colon == line)
		return false;
	for (end = colon; end > line && isblank((unsigned char)end[-1]); end--)
		;
	*end = '\0';
	*value = colon + 1 + strspn(colon + 1, " \t");
	(*value)[strcspn(*value, "\r")] = '\0';
	return true;
}

static void
take_version(struct stats *s, const char *text)
{
	/* "++4.04c": the pluses are AFL++'s own. */
	text += strspn(text, "+");
	free(s->version);
	s->version = mem_dup(text);
}

const char *
aflpp_stats_parse(const char *text, size_t len, struct stats *s)
{
	char *copy = mem_dup_n(text, len), *line = copy, *next, *value;
	bool known = false, complete = false;
	bool ended = len > 0 && text[len - 1] == '\n';

	for (; *line != '\0'; line = next) {
		next = line + strcspn(line, "\n");
		if (*next != '\0')
			*next++ = '\0';
		else
			break; /* a line without its end may be half a number */
		if (!split(line, &value))
			continue;
		known |= put_value(s, line, value);
		if (strcmp(line, "afl_version") == 0)
			take_version(s, value);
		complete |= strcmp(line, "command_line") == 0;
	}
	free(copy);
	if (len == 0)
		return "empty";
	if (!known)
		return "not a fuzzer_stats file";
	return ended && complete ? NULL : "torn";
}
