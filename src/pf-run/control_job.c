/* How a job stands, from its directory. */
#include "control_job.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "below.h"
#include "clock.h"
#include "emit.h"
#include "mem.h"
#include "msg.h"

#define JSON_MAX (4 << 20)
#define INSTANCES_MAX 4096
#define GRACE_MAX_SECONDS 86400.0
/* A pf-run that has just taken the lock signs it within this time. */
#define UNSIGNED_LOOKS 50
#define UNSIGNED_PAUSE_MS 10

static bool
has(int fd, const char *name)
{
	struct stat st;

	return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

enum control_found
control_job_open(struct control_job *j, int at, const char *path)
{
	const int flags = O_PATH | O_DIRECTORY;
	int error;

	*j = (struct control_job){0};
	j->fd = at == AT_FDCWD ? open(path, flags | O_CLOEXEC)
			       : below_open(at, path, flags, true);
	if (j->fd < 0)
		return CONTROL_TROUBLE;
	errno = 0;
	if (has(j->fd, "job.json") || has(j->fd, "state.json"))
		return CONTROL_JOB;
	error = errno;
	close(j->fd);
	errno = error;
	return error == ENOENT ? CONTROL_NO_JOB : CONTROL_TROUBLE;
}

void
control_job_release(struct control_job *j)
{
	json_decref(j->spec);
	json_decref(j->state);
	free(j->directory);
	if (j->fd >= 0)
		close(j->fd);
}

static int
open_file(const struct control_job *j, const char *name)
{
	int fd =
	    below_open(j->fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, true);
	struct stat st;

	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	close(fd);
	errno = ELOOP;
	return -1;
}

static int
refuse(const struct control_job *j, const char *name, const char *why)
{
	msg_warnx("%s in %s: %s", name, msg_quote(j->directory), why);
	return EX_DATAERR;
}

static int
refuse_errno(const struct control_job *j, const char *name)
{
	int status = msg_exit_code(errno);

	if (errno == ELOOP)
		return refuse(j, name, "not a regular file");
	msg_warn("%s in %s", name, msg_quote(j->directory));
	return status;
}

/* *value is an object, or NULL where there is none. */
static int
load(const struct control_job *j, const char *name, json_t **value)
{
	struct buf text = BUF_INIT;
	int fd = open_file(j, name), status = 0, more;

	json_decref(*value);
	*value = NULL;
	if (fd < 0)
		return errno == ENOENT ? 0 : refuse_errno(j, name);
	more = buf_read_fd(&text, fd, JSON_MAX);
	if (more < 0)
		status = refuse_errno(j, name);
	else if (more > 0)
		status = refuse(j, name, "too large");
	else if ((*value = json_loadb(text.data, text.len,
		      JSON_REJECT_DUPLICATES, NULL)) == NULL)
		status = refuse(j, name, "not JSON");
	else if (!json_is_object(*value))
		status = refuse(j, name, "not a JSON object");
	if (status != 0) {
		json_decref(*value);
		*value = NULL;
	}
	close(fd);
	buf_release(&text);
	return status;
}

/* What the kernel calls a process: it cannot be forged by a file. */
static bool
is_pf_run(pid_t pid)
{
	struct buf name = BUF_INIT;
	char path[32];
	bool is;

	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	is = buf_read_file(&name, AT_FDCWD, path, 64) == 0 &&
	    strcmp(name.data, "pf-run\n") == 0;
	buf_release(&name);
	return is;
}

/* The lock decides, not what any file says. */
static int
look_for_holder(struct control_job *j)
{
	int fd = open_file(j, "lock"), looks, status = 0;

	j->holder = (struct lock_holder){0};
	j->pid = 0;
	if (fd < 0)
		return errno == ENOENT ? 0 : refuse_errno(j, "lock");
	for (looks = 0; looks < UNSIGNED_LOOKS; looks++) {
		if (lock_look(fd, &j->holder) < 0) {
			status = refuse_errno(j, "lock");
			break;
		}
		if (j->holder.pid > 0 && is_pf_run(j->holder.pid))
			j->pid = j->holder.pid;
		if (!j->holder.held || j->pid > 0)
			break;
		nanosleep(
		    &(struct timespec){.tv_nsec = UNSIGNED_PAUSE_MS * 1000000},
		    NULL);
	}
	close(fd);
	if (j->holder.held && j->pid == 0)
		msg_warnx("the lock of %s is held by something else than a "
			  "pf-run of this machine",
		    msg_quote(j->directory));
	return status;
}

int
control_job_read(struct control_job *j)
{
	int status, worse;

	/* Who ends in between has written its last state before. */
	status = look_for_holder(j);
	worse = load(j, "job.json", &j->spec);
	status = worse > status ? worse : status;
	worse = load(j, "state.json", &j->state);
	if (worse == 0 && j->state != NULL &&
	    !json_is_string(json_object_get(j->state, "state")))
		worse = refuse(j, "state.json", "says no state");
	return worse > status ? worse : status;
}

int64_t
control_job_grace_ms(const struct control_job *j)
{
	const json_t *value = json_object_get(j->spec, "grace_seconds");
	double seconds = json_is_number(value) ? json_number_value(value) : 10;

	if (!(seconds >= 0 && seconds <= GRACE_MAX_SECONDS))
		seconds = 10;
	return (int64_t)(seconds * 1000);
}

static bool
is_end(const char *state)
{
	static const char *const ends[] = {
	    "cancelled", "failed", "finished", "timed_out"};
	size_t i;

	for (i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (strcmp(state, ends[i]) == 0)
			return true;
	return false;
}

const char *
control_job_state(const struct control_job *j)
{
	const char *said =
	    json_string_value(json_object_get(j->state, "state"));
	json_int_t pid =
	    json_integer_value(json_object_get(j->state, "supervisor_pid"));

	if (!j->holder.held)
		return said == NULL || is_end(said) ? said : "killed";
	/* It has not said anything yet: what stands there is of another. */
	if (j->pid > 0 && pid != j->holder.signer && pid != j->pid)
		return "starting";
	return said;
}

static void
emit_text(struct emit *e, const struct control_job *j, const char *key)
{
	const json_t *value = json_object_get(j->spec, key);

	if (!json_is_string(value))
		value = json_object_get(j->state, key);
	if (json_is_string(value))
		emit_string(e, key, json_string_value(value));
}

static void
emit_count(struct emit *e, const json_t *from, const char *key)
{
	const json_t *value = json_object_get(from, key);

	if (json_is_integer(value) && json_integer_value(value) >= 0)
		emit_i64(e, key, json_integer_value(value));
}

static void
emit_duration(struct emit *e, const json_t *state)
{
	static const char key[] = "duration_seconds";
	const json_t *value = json_object_get(state, key);

	if (json_is_number(value) && json_number_value(value) >= 0) {
		emit_real(e, key, json_number_value(value));
		return;
	}
	value = json_object_get(state, "run_ms");
	if (json_is_integer(value) && json_integer_value(value) >= 0)
		emit_real(e, key, (double)json_integer_value(value) / 1000);
}

/* The sum over the instances that know it. */
static void
emit_sum(struct emit *e, const json_t *instances, const char *key)
{
	json_int_t sum = 0;
	bool known = false;
	size_t i;
	json_t *row;

	json_array_foreach(instances, i, row)
	{
		const json_t *value = json_object_get(row, key);
		json_int_t count = json_integer_value(value);

		if (!json_is_integer(value) || count < 0 ||
		    count > INT64_MAX - sum)
			continue;
		sum += count;
		known = true;
	}
	if (known)
		emit_i64(e, key, sum);
}

/* True of a process that lived when this was written. */
static bool
is_of_now(const char *key)
{
	return strcmp(key, "alive") == 0 || strcmp(key, "pid") == 0 ||
	    strcmp(key, "rss_bytes") == 0;
}

/* Their own members as they are, one level deep. */
static void
emit_instances(struct emit *e, const json_t *instances, bool running)
{
	const char *key;
	json_t *row, *value;
	size_t i;

	if (!json_is_array(instances))
		return;
	emit_array(e, "instances");
	for (i = 0; i < json_array_size(instances) && i < INSTANCES_MAX; i++) {
		row = json_array_get(instances, i);
		if (!json_is_object(row))
			continue;
		emit_object(e, NULL);
		json_object_foreach(row, key, value)
		{
			if (!json_is_object(value) && !json_is_array(value) &&
			    (running || !is_of_now(key)))
				emit_tree(e, key, value);
		}
		emit_end(e);
	}
	emit_end(e);
}

static void
emit_state(struct emit *e, const struct control_job *j)
{
	static const char *const sums[] = {"execs_total", "crashes_total",
	    "hangs_total", "ooms_total", "corpus_count"};
	const json_t *instances = json_object_get(j->state, "instances");
	const char *time = json_string_value(json_object_get(j->state, "time"));
	int64_t ms;
	size_t i;

	if (json_is_string(json_object_get(j->state, "blocked_by")))
		emit_tree(
		    e, "blocked_by", json_object_get(j->state, "blocked_by"));
	if (time != NULL && clock_parse(time, &ms))
		emit_string(e, "time", time);
	emit_count(e, j->state, "attempt");
	emit_count(e, j->state, "restarts");
	emit_duration(e, j->state);
	for (i = 0; i < sizeof sums / sizeof sums[0]; i++)
		emit_sum(e, instances, sums[i]);
	emit_instances(e, instances, j->holder.held);
}

void
control_job_emit(const struct control_job *j, struct buf *line)
{
	const char *state = control_job_state(j);
	struct emit e;

	emit_begin(&e, line);
	emit_object(&e, NULL);
	emit_text(&e, j, "job");
	emit_text(&e, j, "target");
	emit_text(&e, j, "fuzzer");
	emit_bytes_str(&e, "directory", j->directory);
	emit_bool(&e, "running", j->holder.held);
	if (j->pid > 0)
		emit_i64(&e, "pid", j->pid);
	if (state != NULL)
		emit_string(&e, "state", state);
	emit_state(&e, j);
	emit_end(&e);
	buf_add_char(line, '\n');
}
