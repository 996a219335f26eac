/* job.json and state.json. */
#include "kept.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>

#include "buf.h"
#include "clock.h"
#include "emit.h"
#include "liveness.h"
#include "lock.h"
#include "mem.h"
#include "process.h"
#include "reading.h"

#define JSON_MAX (16 << 20)

/* NULL when it is not there or not JSON, with a sentence but for the former. */
static json_t *
load(int fd, const char *name, const struct source *from, int *status)
{
	struct buf text = BUF_INIT;
	char what[64];
	json_t *value = NULL;

	if (buf_read_file(&text, fd, name, JSON_MAX) < 0) {
		if (errno != ENOENT) {
			snprintf(what, sizeof what, "read %s in", name);
			*status = reading_failed(from, what);
		}
	} else {
		value = json_loadb(text.data, text.len, 0, NULL);
		if (!json_is_object(value)) {
			snprintf(what, sizeof what,
			    "its %s is not a JSON object", name);
			*status = reading_doubt(from, what);
		}
	}
	buf_release(&text);
	return value;
}

static char *
text_member(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? NULL : mem_dup(text);
}

/* Names were written by emit_bytes. */
static char *
bytes_member(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	struct buf plain = BUF_INIT;

	if (!json_is_string(value))
		return NULL;
	emit_decode(
	    &plain, json_string_value(value), json_string_length(value));
	return buf_take(&plain);
}

static int64_t
count_member(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) && json_integer_value(value) >= 0
	    ? json_integer_value(value)
	    : STATS_UNKNOWN;
}

static void
add_fuzzer(struct kept_job *k, const json_t *row)
{
	char *instance = bytes_member(row, "instance");

	if (instance == NULL)
		return;
	MEM_GROW(k->fuzzers, k->count, k->cap);
	k->fuzzers[k->count++] = (struct kept){.job = k,
	    .instance = instance,
	    .execs = count_member(row, "execs_total"),
	    .crashes = count_member(row, "crashes_total"),
	    .hangs = count_member(row, "hangs_total"),
	    .ooms = count_member(row, "ooms_total"),
	    .pid = count_member(row, "pid"),
	    .corpus_count = count_member(row, "corpus_count")};
}

/* States of pf-run in which it has ended what it began. */
static bool
is_end(const char *state)
{
	return state != NULL &&
	    (strcmp(state, "finished") == 0 ||
		strcmp(state, "cancelled") == 0 ||
		strcmp(state, "timed_out") == 0);
}

static void
look_at_lock(struct kept_job *k, struct flocks *flocks, int job_fd)
{
	struct lock_holder holder;
	struct stat st;
	int fd = openat(
	    job_fd, "lock", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && flocks_holder(flocks, &st) > 0) {
		k->held = true;
	} else if (fuzzer_process_shared(fd) && lock_look(fd, &holder) == 0) {
		k->held = holder.held;
		k->elsewhere = true;
	}
	close(fd);
}

/* The epoch, where there is none. */
static struct timespec
changed(int job_fd)
{
	struct stat st;

	if (fstatat(job_fd, "state.json", &st, AT_SYMLINK_NOFOLLOW) < 0)
		return (struct timespec){0};
	return st.st_ctim;
}

bool
kept_is_old(const struct kept_job *k, int job_fd)
{
	struct timespec now = changed(job_fd);

	return now.tv_sec != k->changed.tv_sec ||
	    now.tv_nsec != k->changed.tv_nsec;
}

int
kept_read(struct kept_job *k, const struct source *from, int job_fd)
{
	struct timespec before = changed(job_fd);
	int status = 0;
	json_t *spec = load(job_fd, "job.json", from, &status);
	json_t *state = load(job_fd, "state.json", from, &status);
	const json_t *row;
	const char *time;
	size_t i;

	*k = (struct kept_job){.job = bytes_member(spec, "job"),
	    .target = bytes_member(spec, "target"),
	    .fuzzer = text_member(spec, "fuzzer"),
	    .time_ms = STATS_UNKNOWN,
	    .changed = before,
	    .has_state = json_is_object(state)};
	time = json_string_value(json_object_get(state, "time"));
	if (time == NULL || !clock_parse(time, &k->time_ms))
		k->time_ms = STATS_UNKNOWN;
	k->ended = is_end(json_string_value(json_object_get(state, "state")));
	json_array_foreach(json_object_get(state, "instances"), i, row)
	    add_fuzzer(k, row);
	look_at_lock(k, &from->reader->flocks, job_fd);
	json_decref(spec);
	json_decref(state);
	return status;
}

void
kept_release(struct kept_job *k)
{
	while (k->count > 0)
		free(k->fuzzers[--k->count].instance);
	free(k->fuzzers);
	free(k->job);
	free(k->target);
	free(k->fuzzer);
}

const struct kept *
kept_of(const struct kept_job *k, const char *instance)
{
	size_t i;

	for (i = 0; i < k->count; i++)
		if (strcmp(k->fuzzers[i].instance, instance) == 0)
			return &k->fuzzers[i];
	return NULL;
}

/* Its process, as far as the supervisor knows. */
static bool
kept_process(const struct kept *k, struct process *p)
{
	return k->job->held && !k->job->elsewhere && k->pid > 0 &&
	    k->pid <= INT32_MAX && process_read((pid_t)k->pid, p) && !p->zombie;
}

static void
prefer(int64_t *field, int64_t better)
{
	if (better != STATS_UNKNOWN)
		*field = better;
}

void
kept_complete(const struct kept *k, struct stats *s)
{
	/* Each may be behind the other, neither is ever ahead of the truth. */
	if (k->execs > s->execs_total)
		s->execs_total = k->execs;
	/* By content, where names may tell an input twice. */
	prefer(&s->crashes_total, k->crashes);
	prefer(&s->hangs_total, k->hangs);
	prefer(&s->ooms_total, k->ooms);
	if (s->corpus_count == STATS_UNKNOWN)
		s->corpus_count = k->corpus_count;
}

void
kept_judge(const struct kept *k, struct stats *s)
{
	struct liveness l = {.process = PROCESS_NONE,
	    /* Who holds the lock is about to start it again. */
	    .ended = k->job->held || k->job->ended,
	    .foreign = k->job->elsewhere && k->job->held};
	struct process p;

	if (k->job->time_ms != STATS_UNKNOWN)
		l.age_ms = clock_now() - k->job->time_ms;
	if (kept_process(k, &p)) {
		l.process = PROCESS_HERE;
		s->pid = p.pid;
		s->rss_bytes = fuzzer_process_rss(&p);
	}
	s->state = liveness_state(&l);
	s->alive = liveness_alive(s->state);
}
