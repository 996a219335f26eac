/* Event lines as they are read. */
#include <jansson.h>

#include "clock.h"
#include "emit.h"
#include "event.h"

/* Counts brackets outside strings, so that a deep line costs nothing. */
static bool
too_deep(const char *s, size_t n)
{
	unsigned depth = 0;
	bool in_string = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (in_string) {
			if (s[i] == '\\')
				i++;
			else if (s[i] == '"')
				in_string = false;
		} else if (s[i] == '"') {
			in_string = true;
		} else if (s[i] == '{' || s[i] == '[') {
			if (++depth > EVENT_DEPTH_MAX)
				return true;
		} else if ((s[i] == '}' || s[i] == ']') && depth > 0) {
			depth--;
		}
	}
	return false;
}

static const char *
what_is_wrong(json_t *event)
{
	const char *id, *time;
	json_t *rev = json_object_get(event, "rev");
	int64_t ms;

	if (!json_is_object(event))
		return "not an object";
	if (json_integer_value(json_object_get(event, "v")) != EVENT_VERSION)
		return "v is not 1";
	id = json_string_value(json_object_get(event, "id"));
	if (id == NULL || !hash_valid(id))
		return "id is not 32 hex digits";
	time = json_string_value(json_object_get(event, "time"));
	if (time == NULL || !clock_parse(time, &ms))
		return "time is not an RFC 3339 time in UTC";
	if (json_string_length(json_object_get(event, "type")) == 0)
		return "type is missing";
	if (rev != NULL &&
	    (!json_is_integer(rev) || json_integer_value(rev) < 0 ||
		json_integer_value(rev) > EVENT_REV_MAX))
		return "rev is not a count";
	if (!json_is_object(json_object_get(event, "data")))
		return "data is not an object";
	return NULL;
}

/* jansson quotes the input in its messages: it must not reach a terminal. */
static void
make_printable(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			*text = '?';
}

json_t *
event_parse(const char *line, size_t len, const char **why)
{
	static char reason[JSON_ERROR_TEXT_LENGTH + 32];
	json_error_t error;
	json_t *event;

	if (too_deep(line, len)) {
		*why = "nested too deep";
		return NULL;
	}
	event = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	if (event == NULL) {
		snprintf(reason, sizeof reason, "not JSON: column %d: %s",
		    error.column, error.text);
		make_printable(reason);
		*why = reason;
		return NULL;
	}
	*why = what_is_wrong(event);
	if (*why != NULL) {
		json_decref(event);
		return NULL;
	}
	return event;
}

void
event_rewrite(struct buf *line, json_t *event)
{
	static const char *const head[] = {"v", "id", "rev", "time", "type",
	    "node", "job", "target", "fuzzer"};
	json_int_t rev = json_integer_value(json_object_get(event, "rev"));
	const char *key;
	json_t *value;
	struct emit e;
	size_t i;

	if (rev < EVENT_REV_MAX)
		rev++;
	json_object_set_new(event, "rev", json_integer(rev));
	emit_begin(&e, line);
	emit_object(&e, NULL);
	for (i = 0; i < sizeof head / sizeof head[0]; i++)
		if ((value = json_object_get(event, head[i])) != NULL)
			emit_tree(&e, head[i], value);
	json_object_foreach(event, key, value)
	{
		for (i = 0; i < sizeof head / sizeof head[0]; i++)
			if (strcmp(key, head[i]) == 0)
				break;
		if (i == sizeof head / sizeof head[0])
			emit_tree(&e, key, value);
	}
	emit_end(&e);
	buf_add_char(line, '\n');
}
