/* The members that the queue looks at; the others are the worker's. */
#include "jobline.h"

#include <stdlib.h>

#include "emit.h"
#include "mem.h"

#define DEPTH_MAX 24
#define VALUES_MAX 200000
#define NAME_MAX_BYTES 100
#define PRIORITY_MAX 1000000

/* The member's text in the arena: NULL when it is absent or no text. */
static const char *
take_text(
    const struct scan *scan, struct arena *arena, const char *name, bool *wrong)
{
	uint32_t at = scan_member(scan, 0, name);
	struct buf text = BUF_INIT;
	const char *taken;

	*wrong = at != 0 && scan->value[at].type != SCAN_TEXT;
	if (at == 0 || *wrong)
		return NULL;
	scan_add_text(&text, scan, at);
	taken = arena_text(arena, text.data, text.len);
	buf_release(&text);
	return taken;
}

/* The number, or `missing`; what is out of its bounds is INT64_MIN. */
static int64_t
take_count(const struct scan *scan, const char *name, int64_t least,
    int64_t most, int64_t missing)
{
	uint32_t at = scan_member(scan, 0, name);
	const struct scan_value *v = &scan->value[at];

	if (at == 0)
		return missing;
	return v->type == SCAN_INTEGER && v->number.integer >= least &&
		v->number.integer <= most
	    ? v->number.integer
	    : INT64_MIN;
}

/* A name becomes a directory's. */
static bool
is_name(const char *name)
{
	size_t n = strspn(name,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789._-");

	return n > 0 && n <= NAME_MAX_BYTES && name[n] == '\0' &&
	    strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* An array of texts that are not empty: how many, or -1. */
static int64_t
count_texts(const struct scan *scan, uint32_t array)
{
	const struct scan_value *all = scan->value;
	uint32_t i;

	if (all[array].type != SCAN_ARRAY)
		return -1;
	for (i = array + 1; i < all[array].next; i = all[i].next)
		if (all[i].type != SCAN_TEXT || all[i].len == 0)
			return -1;
	return all[array].count;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The capabilities, sorted and each once, as a JSON array in the arena. */
static const char *
take_needs(const struct scan *scan, struct arena *arena, uint32_t array)
{
	const struct scan_value *all = scan->value;
	const char **name, *list;
	struct buf out = BUF_INIT;
	struct emit e;
	uint32_t i, n = 0;

	name = arena_zero(arena, all[array].count + 1, sizeof *name);
	for (i = array + 1; i < all[array].next; i = all[i].next) {
		buf_clear(&out);
		scan_add_text(&out, scan, i);
		name[n++] = arena_text(arena, out.data, out.len);
	}
	qsort(name, n, sizeof *name, by_text);
	buf_clear(&out);
	emit_begin(&e, &out);
	emit_array(&e, NULL);
	for (i = 0; i < n; i++)
		if (i == 0 || strcmp(name[i], name[i - 1]) != 0)
			emit_string(&e, NULL, name[i]);
	emit_end(&e);
	list = arena_text(arena, out.data, out.len);
	buf_release(&out);
	return list;
}

static const char *
take_names(struct queue_job *job, const struct scan *scan, struct arena *arena)
{
	bool wrong;

	job->name = take_text(scan, arena, "job", &wrong);
	if (job->name == NULL || !is_name(job->name))
		return "job is not a name of letters, digits, '.', '_' and '-'";
	job->target = take_text(scan, arena, "target", &wrong);
	if (job->target == NULL || *job->target == '\0')
		return "target is not a name";
	job->fuzzer = take_text(scan, arena, "fuzzer", &wrong);
	if (wrong || (job->fuzzer != NULL && *job->fuzzer == '\0'))
		return "fuzzer is not a name";
	job->tier = take_text(scan, arena, "tier", &wrong);
	if (wrong)
		return "tier is not a name";
	if (job->tier == NULL)
		job->tier = "";
	return NULL;
}

static const char *
take_lists(struct queue_job *job, const struct scan *scan, struct arena *arena)
{
	uint32_t command = scan_member(scan, 0, "command"),
		 needs = scan_member(scan, 0, "capabilities");

	if (command == 0 || count_texts(scan, command) < 1)
		return "command is not a list of words";
	if (needs != 0 && count_texts(scan, needs) < 0)
		return "capabilities is not a list of names";
	job->needs = needs == 0 ? "[]" : take_needs(scan, arena, needs);
	return NULL;
}

const char *
jobline_read(struct queue_job *job, struct scan *scan, struct arena *arena,
    const char *line, size_t len)
{
	const char *why;

	scan->count_max = VALUES_MAX;
	if (!scan_read(scan, line, len, DEPTH_MAX, &why))
		return why;
	if (scan->value[0].type != SCAN_OBJECT)
		return "not an object";
	if ((why = take_names(job, scan, arena)) != NULL ||
	    (why = take_lists(job, scan, arena)) != NULL)
		return why;
	job->priority =
	    take_count(scan, "priority", -PRIORITY_MAX, PRIORITY_MAX, 0);
	if (job->priority == INT64_MIN)
		return "priority is not from -1000000 to 1000000";
	job->max_attempts = take_count(
	    scan, "max_attempts", 1, JOBLINE_ATTEMPTS_MAX, job->max_attempts);
	if (job->max_attempts == INT64_MIN)
		return "max_attempts is not from 1 to 1000";
	job->spec = arena_text(arena, line, len);
	return NULL;
}
