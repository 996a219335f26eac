/*
 * The file that alerts are remembered in:
 *
 *	{"v":1,"firing":{KEY:EVENT,…},"fuzzers":{KEY:MEMORY,…}}
 *
 * A key is made in alert.c, an event is as it was told, a memory as in
 * alert_memory.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sysexits.h>

#include "alert_memory.h"
#include "alert_parts.h"
#include "clock.h"
#include "emit.h"
#include "lock.h"
#include "mem.h"
#include "msg.h"
#include "stage.h"
#include "subject.h"

#define STATE_VERSION 1
/* Some 500 bytes an alert: what we write ourselves stays far below. */
#define STATE_MAX ((size_t)1 << 30)

static void
copy_members(json_t *to, const json_t *from, const char *const *names)
{
	for (; *names != NULL; names++) {
		json_t *value = json_object_get(from, *names);

		if (json_is_string(value) || json_is_number(value))
			json_object_set(to, *names, value);
	}
}

/* Flat and of known members: however it nests, it can be written again. */
static json_t *
copy_event(const json_t *event)
{
	static const char *const head[] = {
	    "v", "id", "time", "type", "node", "job", "target", "fuzzer", NULL};
	static const char *const data[] = {"name", "state", "severity",
	    "instance", "mount", "value", "threshold", "message", NULL};
	const char *state = subject_text(subject_data(event), "state");
	json_t *copy, *inner;

	if (subject_text(subject_data(event), "name") == NULL ||
	    subject_text(subject_data(event), "severity") == NULL ||
	    state == NULL || strcmp(state, "firing") != 0 ||
	    !subject_is(event, "alert"))
		return NULL;
	copy = json_object();
	inner = json_object();
	copy_members(copy, event, head);
	copy_members(inner, subject_data(event), data);
	json_object_set_new(copy, "data", inner);
	return copy;
}

static json_t *
copy_memory(const json_t *memory)
{
	static const char *const names[] = {
	    "usual", "usual_seconds", "found", "found_time", "time", NULL};
	json_t *copy;

	if (!json_is_object(memory))
		return NULL;
	copy = json_object();
	copy_members(copy, memory, names);
	return copy;
}

/* NULL when `from` is no object or one of its values is not as it should be. */
static json_t *
copy_all(const json_t *from, json_t *(*copy)(const json_t *))
{
	json_t *to, *value;
	const char *key;

	if (!json_is_object(from))
		return NULL;
	to = json_object();
	json_object_foreach((json_t *)(uintptr_t)from, key, value)
	{
		json_t *one = copy(value);

		if (one == NULL) {
			json_decref(to);
			return NULL;
		}
		json_object_set_new(to, key, one);
	}
	return to;
}

bool
alert_state_parse(struct alerts *a, const char *text, size_t len)
{
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	json_t *firing = NULL, *memory = NULL;
	bool ok;

	if (json_integer_value(json_object_get(root, "v")) == STATE_VERSION) {
		firing = copy_all(json_object_get(root, "firing"), copy_event);
		memory =
		    copy_all(json_object_get(root, "fuzzers"), copy_memory);
	}
	ok = firing != NULL && memory != NULL;
	if (ok) {
		json_object_update(a->firing, firing);
		json_object_update(a->memory, memory);
	}
	json_decref(firing);
	json_decref(memory);
	json_decref(root);
	return ok;
}

void
alert_state_text(const struct alerts *a, int64_t now_ms, struct buf *out)
{
	const char *key;
	json_t *memory;
	struct emit e;

	emit_begin(&e, out);
	emit_object(&e, NULL);
	emit_u64(&e, "v", STATE_VERSION);
	emit_tree(&e, "firing", a->firing);
	emit_object(&e, "fuzzers");
	json_object_foreach(a->memory, key, memory)
	{
		if (!alert_memory_old(memory, now_ms))
			emit_tree(&e, key, memory);
	}
	emit_end(&e);
	emit_end(&e);
	buf_add_char(out, '\n');
}

static int
failed(const char *verb, const char *path)
{
	int status = msg_exit_code(errno);

	msg_warn("%s %s", verb, msg_quote(path));
	return status;
}

/* Sets the directory and the name in it, and takes the lock. */
static int
lock_state(struct alerts *a)
{
	const char *slash = strrchr(a->path, '/');
	char *lock, *dir;

	a->name = mem_dup(slash == NULL ? a->path : slash + 1);
	if (*a->name == '\0') {
		errno = EISDIR;
		return failed("open", a->path);
	}
	dir = slash == NULL ? mem_dup(".")
			    : mem_dup_n(a->path, (size_t)(slash - a->path) + 1);
	a->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	if (a->dir_fd < 0)
		return failed("open the directory of", a->path);
	if (stage_may_replace(a->dir_fd, a->name) < 0)
		return failed("use", a->path);
	lock = mem_printf("%s.lock", a->name);
	a->lock_fd = lock_take(a->dir_fd, lock);
	free(lock);
	if (a->lock_fd >= 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return failed("lock", a->path);
	msg_warnx("%s is in use by another pf-stats", msg_quote(a->path));
	return EX_TEMPFAIL;
}

static int
put_aside(const struct alerts *a)
{
	char *aside = mem_printf("%s.damaged", a->name);
	bool ok = stage_rename(a->dir_fd, a->name, a->dir_fd, aside) == 0;
	int status = 1;

	if (ok)
		msg_warnx("%s is damaged: renamed to %s, what fires is told "
			  "again",
		    msg_quote(a->path), msg_quote(aside));
	else
		status = failed("put aside the damaged", a->path);
	free(aside);
	return status;
}

int
alerts_load(struct alerts *a, const char *path)
{
	struct buf text = BUF_INIT;
	int got, status;

	a->path = mem_dup(path);
	status = lock_state(a);
	if (status != 0)
		return status;
	got = buf_read_file(&text, a->dir_fd, a->name, STATE_MAX);
	if (got < 0 && errno != ENOENT)
		status = failed("read", path);
	else if (got > 0 ||
	    (got == 0 && !alert_state_parse(a, text.data, text.len)))
		status = put_aside(a);
	buf_release(&text);
	return status;
}

int
alerts_save(struct alerts *a)
{
	struct buf text = BUF_INIT;
	int status = 0;

	if (a->path == NULL || !a->changed)
		return 0;
	alert_state_text(a, clock_now(), &text);
	if (stage_write(a->dir_fd, a->name, text.data, text.len) < 0)
		status = failed("write", a->path);
	else
		a->changed = false;
	buf_release(&text);
	return status;
}
