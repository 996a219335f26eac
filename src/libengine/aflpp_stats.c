/* AFL++'s fuzzer_stats file. */
#include "aflpp_stats.h"

#include <ctype.h>

#include "aflpp_value.h"
#include "mem.h"
#include "msg.h"

#define OLDEST "2.52c"

/*
 * One row a name, with the release that it came with; where a name was
 * replaced both stay. Absent on purpose, for they are wrong in every release
 * up to 4.2x: peak_rss_mb and slowest_exec_ms (of reaped children only, mostly
 * 0).
 */
static const struct key {
	const char *name, *since;
	enum aflpp_value value;
	size_t offset;
} keys[] = {
    {"start_time", OLDEST, AFLPP_SECONDS, offsetof(struct stats, start_ms)},
    {"last_update", OLDEST, AFLPP_SECONDS, offsetof(struct stats, update_ms)},
    {"run_time", "2.63c", AFLPP_COUNT, offsetof(struct stats, run_seconds)},
    {"fuzzer_pid", OLDEST, AFLPP_COUNT, offsetof(struct stats, pid)},
    {"cycles_done", OLDEST, AFLPP_COUNT, offsetof(struct stats, cycles_total)},
    {"execs_done", OLDEST, AFLPP_COUNT, offsetof(struct stats, execs_total)},
    {"execs_per_sec", OLDEST, AFLPP_RATE,
	offsetof(struct stats, execs_per_second)},
    {"execs_ps_last_min", "2.67c", AFLPP_RATE,
	offsetof(struct stats, execs_last_minute)},
    {"paths_total", OLDEST, AFLPP_COUNT, offsetof(struct stats, corpus_count)},
    {"corpus_count", "4.00c", AFLPP_COUNT,
	offsetof(struct stats, corpus_count)},
    {"pending_total", OLDEST, AFLPP_COUNT,
	offsetof(struct stats, pending_count)},
    {"stability", OLDEST, AFLPP_PERCENT,
	offsetof(struct stats, stability_ratio)},
    {"bitmap_cvg", OLDEST, AFLPP_PERCENT,
	offsetof(struct stats, coverage_ratio)},
    {"unique_crashes", OLDEST, AFLPP_COUNT,
	offsetof(struct stats, crashes_total)},
    {"saved_crashes", "4.00c", AFLPP_COUNT,
	offsetof(struct stats, crashes_total)},
    {"unique_hangs", OLDEST, AFLPP_COUNT, offsetof(struct stats, hangs_total)},
    {"saved_hangs", "4.00c", AFLPP_COUNT, offsetof(struct stats, hangs_total)},
    {"last_path", OLDEST, AFLPP_SECONDS, offsetof(struct stats, last_find_ms)},
    {"last_find", "4.00c", AFLPP_SECONDS, offsetof(struct stats, last_find_ms)},
    {"edges_found", "2.63c", AFLPP_COUNT, offsetof(struct stats, edges_found)},
    {"total_edges", "3.14c", AFLPP_COUNT, offsetof(struct stats, edges_total)},
};

#define KEYS (sizeof keys / sizeof keys[0])

static const struct key *
key_among(const char *name, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i++)
		if (keys[i].name[0] == name[0] && keys[i].name[1] == name[1] &&
		    strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static const struct key *
key_named(const char *name)
{
	return key_among(name, 0, KEYS);
}

/* Files have them mostly in the order of the table, behind the last one. */
static const struct key *
key_after(const struct key *last, const char *name)
{
	size_t next = last == NULL ? 0 : (size_t)(last - keys) + 1;
	const struct key *found = key_among(name, next, KEYS);

	return found != NULL ? found : key_among(name, 0, next);
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

/* The next "key: value" of a copied text; a line without its end, which may be
 * half a number, is none. */
static bool
next_pair(char **at, char **key, char **value)
{
	char *line, *end;

	while ((end = strchr(*at, '\n')) != NULL) {
		line = *at;
		*end = '\0';
		*at = end + 1;
		if (split(line, value)) {
			*key = line;
			return true;
		}
	}
	return false;
}

static void
set_target(struct stats *s, const char *path, size_t len)
{
	const char *slash = memrchr(path, '/', len);
	size_t skip = slash == NULL ? 0 : (size_t)(slash - path) + 1;

	if (skip == len)
		return;
	free(s->target);
	s->target = mem_dup_n(path + skip, len - skip);
}

/* "afl-fuzz -i seeds -o out -- ./target @@" */
static void
take_command(struct stats *s, const char *text)
{
	const char *at = strstr(text, " -- ");

	if (at == NULL)
		return;
	at += 4 + strspn(at + 4, " ");
	set_target(s, at, strcspn(at, " "));
}

static void
take_version(struct stats *s, const char *text)
{
	/* "++4.04c": the pluses are AFL++'s own. */
	text += strspn(text, "+");
	free(s->version);
	s->version = mem_dup(text);
}

static void
doubt_value(struct buf *doubt, const char *key, const char *value)
{
	if (doubt != NULL && doubt->len == 0)
		buf_addf(doubt, "%s is %s", key, msg_quote(value));
}

/* What each release writes since the oldest, and no other name replaced. */
static void
doubt_missing(struct buf *doubt, unsigned long long seen)
{
	static const char *const needed[] = {"start_time", "last_update",
	    "fuzzer_pid", "cycles_done", "execs_done", "pending_total"};
	size_t i;

	for (i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if ((seen >> (key_named(needed[i]) - keys) & 1) == 0 &&
		    doubt != NULL && doubt->len == 0)
			buf_addf(doubt, "it has no %s", needed[i]);
}

static void
take_word(struct stats *s, const char *name, const char *value)
{
	if (strcmp(name, "afl_version") == 0)
		take_version(s, value);
	/* Where there is no command; 3.14c says "default" there. */
	else if (strcmp(name, "afl_banner") == 0)
		set_target(s, value, strlen(value));
}

bool
aflpp_stats_recognize(const char *text, size_t len)
{
	static const char first[] = "start_time"; /* in every release */
	size_t n = 0, i;

	while (n < len && (islower((unsigned char)text[n]) || text[n] == '_'))
		n++;
	if (n == len)
		return n > 0 && n < sizeof first && memcmp(text, first, n) == 0;
	for (i = 0; i < KEYS; i++)
		if (strlen(keys[i].name) == n &&
		    memcmp(keys[i].name, text, n) == 0)
			break;
	while (n < len && (text[n] == ' ' || text[n] == '\t'))
		n++;
	return i < KEYS && (n == len || text[n] == ':');
}

const char *
aflpp_stats_parse(
    const char *text, size_t len, struct stats *s, struct buf *doubt)
{
	char *copy = mem_dup_n(text, len), *at = copy, *name, *value;
	const struct key *last = NULL;
	unsigned long long seen = 0;
	bool complete = false, ended = len > 0 && text[len - 1] == '\n';

	while (next_pair(&at, &name, &value)) {
		const struct key *key = key_after(last, name);

		if (key != NULL) {
			last = key;
			seen |= 1ULL << (key - keys);
			if (!aflpp_value_put((char *)s + key->offset,
				key->value, value, strlen(value)))
				doubt_value(doubt, name, value);
		} else if (name[0] == 'a')
			take_word(s, name, value);
		else if (strcmp(name, "command_line") == 0) {
			take_command(s, value);
			complete = true;
		}
	}
	free(copy);
	if (len == 0)
		return "empty";
	if (seen == 0)
		return "not a fuzzer_stats file";
	if (!ended || !complete)
		return "torn";
	doubt_missing(doubt, seen);
	return NULL;
}

void
aflpp_stats_rest(const char *text, size_t len,
    void (*each)(const char *key, const char *value, void *context),
    void *context)
{
	char *copy = mem_dup_n(text, len), *at = copy, *name, *value;

	while (next_pair(&at, &name, &value))
		if (key_named(name) == NULL && strcmp(name, "afl_version") != 0)
			each(name, value, context);
	free(copy);
}
