/* How a job stands: state.json, and what is counted over all its runs. */
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>

#include "clock.h"
#include "emit.h"
#include "job.h"
#include "mem.h"
#include "msg.h"
#include "stage.h"

#define JSON_MAX (16 << 20)

static json_t *
load_json(int dir_fd, const char *name)
{
	struct buf text = BUF_INIT;
	json_t *value = NULL;

	if (buf_read_file(&text, dir_fd, name, JSON_MAX) == 0)
		value = json_loadb(text.data, text.len, 0, NULL);
	buf_release(&text);
	return value;
}

static int64_t
member(const json_t *object, const char *key)
{
	int64_t value = json_integer_value(json_object_get(object, key));

	return value < 0 ? 0 : value;
}

struct job_counts *
job_counts_of(struct job_totals *t, const char *instance)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (strcmp(t->of[i].instance, instance) == 0)
			return &t->of[i];
	MEM_GROW(t->of, t->count, t->cap);
	t->of[t->count] = (struct job_counts){.instance = mem_dup(instance)};
	return &t->of[t->count++];
}

void
job_totals_release(struct job_totals *t)
{
	while (t->count > 0)
		free(t->of[--t->count].instance);
	free(t->of);
}

void
job_counts_add(struct job_counts *counts, const char *kind)
{
	if (kind != NULL && strcmp(kind, "timeout") == 0)
		counts->hangs++;
	else if (kind != NULL && strcmp(kind, "out-of-memory") == 0)
		counts->ooms++;
	else if (kind == NULL || strcmp(kind, "killed") != 0)
		counts->crashes++;
}

/* "<xxh128>.json", or "lost-<xxh128>.json" of an input without content. */
static bool
is_provenance(const char *name)
{
	size_t n = strlen(name), lost = strncmp(name, "lost-", 5) == 0 ? 5 : 0;

	return n == lost + 37 && strcmp(name + n - 5, ".json") == 0;
}

/* The provenance files are the count: they are there when it was told. */
static void
count_crashes(const struct job *job, struct job_totals *t)
{
	int fd = openat(job->crashes_fd, ".", O_RDONLY | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		const char *instance;
		json_t *crash;

		if (!is_provenance(entry->d_name))
			continue;
		crash = load_json(job->crashes_fd, entry->d_name);
		instance =
		    json_string_value(json_object_get(crash, "instance"));
		if (instance != NULL)
			job_counts_add(job_counts_of(t, instance),
			    json_string_value(json_object_get(crash, "kind")));
		json_decref(crash);
	}
	closedir(dir);
}

void
job_totals_load(struct job *job, struct job_totals *t)
{
	json_t *state = load_json(job->fd, "state.json"), *row;
	const char *time;
	size_t i;

	*t = (struct job_totals){0};
	if (state == NULL && faccessat(job->fd, "state.json", F_OK, 0) == 0)
		msg_warnx("state.json in %s cannot be read as JSON: attempts, "
			  "time and executions are counted anew",
		    msg_quote(job->directory));
	t->restarts = member(state, "restarts");
	t->run_ms = member(state, "run_ms");
	time = json_string_value(json_object_get(state, "start_time"));
	if (time == NULL || !clock_parse(time, &t->last_start_ms))
		t->last_start_ms = 0;
	json_array_foreach(json_object_get(state, "instances"), i, row)
	{
		const char *name =
		    json_string_value(json_object_get(row, "instance"));

		if (name != NULL)
			job_counts_of(t, name)->execs =
			    member(row, "execs_total");
	}
	job->attempt = (unsigned)member(state, "attempt") + 1;
	count_crashes(job, t);
	json_decref(state);
}

static void
emit_counts(struct emit *e, const struct job_counts *c)
{
	emit_object(e, NULL);
	emit_string(e, "instance", c->instance);
	/* None is not known to have been done, rather than none done. */
	if (c->execs > 0)
		emit_i64(e, "execs_total", c->execs);
	emit_i64(e, "crashes_total", c->crashes);
	emit_i64(e, "hangs_total", c->hangs);
	emit_i64(e, "ooms_total", c->ooms);
	emit_bool(e, "alive", c->pid > 0);
	if (c->pid > 0) {
		emit_i64(e, "pid", c->pid);
		emit_u64(e, "rss_bytes", c->rss_bytes);
		emit_u64(e, "corpus_count", c->corpus_count);
	}
	emit_end(e);
}

int
job_state_save(const struct job *job, const char *state, const char *blocked_by,
    const struct job_totals *t)
{
	struct buf text = BUF_INIT;
	char time[CLOCK_TEXT], start[CLOCK_TEXT];
	struct emit e;
	int status;
	size_t i;

	clock_format(clock_now(), time);
	clock_format(t->last_start_ms, start);
	emit_begin(&e, &text);
	emit_object(&e, NULL);
	emit_bytes_str(&e, "job", job->name);
	emit_string(&e, "state", state);
	if (blocked_by != NULL)
		emit_bytes_str(&e, "blocked_by", blocked_by);
	emit_string(&e, "time", time);
	emit_string(&e, "start_time", start);
	emit_i64(&e, "supervisor_pid", getpid());
	emit_u64(&e, "attempt", job->attempt);
	emit_i64(&e, "restarts", t->restarts);
	emit_i64(&e, "run_ms", t->run_ms);
	emit_array(&e, "instances");
	for (i = 0; i < t->count; i++)
		emit_counts(&e, &t->of[i]);
	emit_end(&e);
	emit_end(&e);
	buf_add_char(&text, '\n');
	status = stage_write(job->fd, "state.json", text.data, text.len);
	buf_release(&text);
	return status;
}
