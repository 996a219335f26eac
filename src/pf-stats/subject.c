/* Looking into events. */
#include "subject.h"

#include <jansson.h>

#include "clock.h"

/* Of those that a sentence names. */
#define NAMES_MOST 5

const char *
subject_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL || *text == '\0' ? NULL : text;
}

bool
subject_number(const json_t *object, const char *key, double *value)
{
	const json_t *number = json_object_get(object, key);

	if (!json_is_number(number) || json_number_value(number) < 0)
		return false;
	*value = json_number_value(number);
	return true;
}

bool
subject_time(const json_t *object, const char *key, int64_t *ms)
{
	const char *text = subject_text(object, key);

	return text != NULL && clock_parse(text, ms);
}

const json_t *
subject_data(const json_t *event)
{
	return json_object_get(event, "data");
}

const char *
subject_state(const json_t *event)
{
	const json_t *data = subject_data(event);
	const char *state = subject_text(data, "state");
	const json_t *alive = json_object_get(data, "alive");

	if (state != NULL)
		return state;
	if (!json_is_boolean(alive))
		return "unknown";
	return json_is_true(alive) ? "running" : "stopped";
}

bool
subject_is(const json_t *event, const char *type)
{
	const char *is = subject_text(event, "type");

	return is != NULL && strcmp(is, type) == 0;
}

void
subject_key_add(struct buf *key, const char *text)
{
	if (text != NULL)
		buf_addf(key, "%zu:%s", strlen(text), text);
	buf_add_char(key, ',');
}

void
subject_key_fuzzer(struct buf *key, const json_t *event)
{
	subject_key_add(key, subject_text(event, "node"));
	subject_key_add(key, subject_text(event, "job"));
	subject_key_add(key, subject_text(subject_data(event), "instance"));
}

json_t *
subject_keep(json_t *kept, const char *key, const json_t *event)
{
	const json_t *old = json_object_get(kept, key);
	int64_t was, is;
	json_t *copy;

	if (old != NULL && subject_time(old, "time", &was) &&
	    (!subject_time(event, "time", &is) || is < was))
		return NULL;
	copy = json_deep_copy(event);
	json_object_set_new(kept, key, copy);
	return copy;
}

json_t *
subject_disks(const json_t *event)
{
	const json_t *disks = json_object_get(subject_data(event), "disks");
	json_t *by_mount = json_object();
	size_t i;

	for (i = 0; i < json_array_size(disks); i++) {
		json_t *disk = json_array_get(disks, i);
		const char *mount = subject_text(disk, "mount");

		if (mount != NULL)
			json_object_set(by_mount, mount, disk);
	}
	return by_mount;
}

void
subject_name(struct buf *out, const json_t *event)
{
	const char *job = subject_text(event, "job");
	const char *instance = subject_text(subject_data(event), "instance");

	if (job == NULL && instance == NULL)
		job = "unnamed fuzzer";
	if (job != NULL)
		buf_add_str(out, job);
	if (job != NULL && instance != NULL)
		buf_add_char(out, '/');
	if (instance != NULL)
		buf_add_str(out, instance);
}

static json_int_t
count_up(json_t *tally, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(tally, key)) + 1;

	json_object_set_new(tally, key, json_integer(n));
	return n;
}

static void
add_failed(json_t *tally, const json_t *event)
{
	const char *before = subject_text(tally, "names");
	json_int_t n = count_up(tally, "failed");
	struct buf names = BUF_INIT;

	if (n > NAMES_MOST + 1)
		return;
	if (before != NULL)
		buf_addf(&names, "%s, ", before);
	if (n > NAMES_MOST)
		buf_add_str(&names, "...");
	else
		subject_name(&names, event);
	json_object_set_new(tally, "names", json_string(names.data));
	buf_release(&names);
}

static json_t *
tally_of(json_t *fleets, const char *node)
{
	json_t *tally = json_object_get(fleets, node == NULL ? "" : node);

	if (tally != NULL)
		return tally;
	tally = json_object();
	if (node != NULL)
		json_object_set_new(tally, "node", json_string(node));
	json_object_set_new(tally, "running", json_integer(0));
	json_object_set_new(tally, "failed", json_integer(0));
	json_object_set_new(fleets, node == NULL ? "" : node, tally);
	return tally;
}

json_t *
subject_fleets(const json_t *events)
{
	json_t *fleets = json_object();
	const char *key;
	json_t *event;

	json_object_foreach((json_t *)(uintptr_t)events, key, event)
	{
		const char *state = subject_state(event);
		json_t *tally = tally_of(fleets, subject_text(event, "node"));

		if (strcmp(state, "running") == 0)
			count_up(tally, "running");
		if (strcmp(state, "dead") == 0 || strcmp(state, "stale") == 0)
			add_failed(tally, event);
	}
	return fleets;
}
