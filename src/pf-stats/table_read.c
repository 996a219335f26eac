/* Events as rows of a table: what may be believed of them. */
#include <jansson.h>

#include "clock.h"
#include "mem.h"
#include "table_rows.h"

const char *const fuzzer_state_words[STATE_COUNT] = {
    "running", "stale", "stopped", "dead", "remote", "unknown"};

static char *
read_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return mem_dup(text == NULL ? "" : text);
}

static int64_t
read_count(const json_t *data, const char *key)
{
	const json_t *value = json_object_get(data, key);

	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return -1;
	return json_integer_value(value);
}

static double
read_real(const json_t *data, const char *key)
{
	const json_t *value = json_object_get(data, key);
	double real = json_is_number(value) ? json_number_value(value) : -1;

	return real < 0 || real > 9e18 ? -1 : real;
}

static double
read_share(const json_t *data, const char *key)
{
	double share = read_real(data, key);

	return share > 1 ? -1 : share;
}

static int64_t
read_duration(const json_t *data, const char *key)
{
	double seconds = read_real(data, key);

	return seconds < 0 || seconds > 9e15 ? -1 : (int64_t)(seconds * 1000);
}

static int64_t
read_time(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	int64_t ms;

	return text != NULL && clock_parse(text, &ms) ? ms : -1;
}

/* Who has no state yet may say whether it is alive. */
static enum fuzzer_state
read_state(const json_t *data)
{
	const json_t *state = json_object_get(data, "state");
	const json_t *alive = json_object_get(data, "alive");
	const char *word = json_string_value(state);
	enum fuzzer_state s = STATE_RUNNING;

	if (state == NULL && json_is_boolean(alive))
		return json_is_true(alive) ? STATE_RUNNING : STATE_STOPPED;
	if (word == NULL)
		return STATE_UNKNOWN;
	while (s < STATE_UNKNOWN && strcmp(word, fuzzer_state_words[s]) != 0)
		s++;
	return s;
}

static double
read_coverage(const json_t *data)
{
	int64_t found = read_count(data, "edges_found");
	int64_t total = read_count(data, "edges_total");

	if (found < 0 || total <= 0)
		return read_share(data, "coverage_ratio");
	return found > total ? -1 : (double)found / (double)total;
}

struct row *
fuzzer_read(const json_t *event)
{
	const json_t *data = json_object_get(event, "data");
	struct fuzzer *f = mem_calloc(1, sizeof *f);

	f->node = read_text(event, "node");
	f->job = read_text(event, "job");
	f->target = read_text(event, "target");
	f->fuzzer = read_text(event, "fuzzer");
	f->instance = read_text(data, "instance");
	if (*f->job == '\0' && *f->target == '\0' && *f->instance == '\0')
		f->id = read_text(event, "id");
	else
		f->id = mem_dup("");
	f->row.time_ms = read_time(event, "time");
	f->state = read_state(data);
	f->run_ms = read_duration(data, "run_seconds");
	f->execs = read_count(data, "execs_total");
	f->execs_per_second = read_real(data, "execs_per_second");
	f->corpus = read_count(data, "corpus_count");
	f->crashes = read_count(data, "crashes_total");
	f->hangs = read_count(data, "hangs_total");
	f->edges = read_count(data, "edges_found");
	f->coverage = read_coverage(data);
	f->last_find_ms = read_time(data, "last_find_time");
	return &f->row;
}

static int
by_fullness(const void *a, const void *b)
{
	const struct disk *x = a, *y = b;

	if (x->used != y->used)
		return x->used > y->used ? -1 : 1;
	return strverscmp(x->mount, y->mount);
}

static void
read_disks(struct machine *m, const json_t *list)
{
	size_t count = json_array_size(list), i;

	m->disks = mem_calloc(count + 1, sizeof *m->disks);
	for (i = 0; i < count; i++) {
		const json_t *disk = json_array_get(list, i);

		m->disks[i].mount = read_text(disk, "mount");
		m->disks[i].total = read_count(disk, "total_bytes");
		m->disks[i].used = read_share(disk, "used_ratio");
	}
	m->disk_count = count;
	qsort(m->disks, count, sizeof *m->disks, by_fullness);
}

struct row *
machine_read(const json_t *event)
{
	const json_t *data = json_object_get(event, "data");
	struct machine *m = mem_calloc(1, sizeof *m);

	m->node = read_text(event, "node");
	m->row.time_ms = read_time(event, "time");
	m->cpu = read_share(data, "cpu_ratio");
	m->load = read_real(data, "load1");
	m->memory_total = read_count(data, "memory_total_bytes");
	m->memory_used = read_count(data, "memory_used_bytes");
	m->swap_used = read_count(data, "swap_used_bytes");
	m->orphans = read_count(data, "orphans");
	read_disks(m, json_object_get(data, "disks"));
	return &m->row;
}

struct row *
alert_read(const json_t *event)
{
	const json_t *data = json_object_get(event, "data");
	const char *state = json_string_value(json_object_get(data, "state"));
	struct alert *a = mem_calloc(1, sizeof *a);

	a->node = read_text(event, "node");
	a->job = read_text(event, "job");
	a->instance = read_text(data, "instance");
	a->mount = read_text(data, "mount");
	a->name = read_text(data, "name");
	a->severity = read_text(data, "severity");
	a->message = read_text(data, "message");
	a->row.time_ms = read_time(event, "time");
	/* Rather shown than passed over. */
	a->firing = state == NULL || strcmp(state, "resolved") != 0;
	return &a->row;
}
