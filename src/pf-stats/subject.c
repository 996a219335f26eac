/* Looking into events. */
#include "subject.h"

#include <jansson.h>

#include "clock.h"

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
