/* Event lines into records: what the tables in record_types.c say, done. */
#include "record.h"

#include <assert.h>

#include "clock.h"
#include "emit.h"
#include "event.h"
#include "mem.h"

static const char *const head[] = {"v", "id", "rev", "time", "type", "node",
    "job", "target", "fuzzer", "data", NULL};

static bool
is_head(const char *name)
{
	size_t i;

	for (i = 0; head[i] != NULL; i++)
		if (strcmp(head[i], name) == 0)
			return true;
	return false;
}

static const struct record_type *
type_of(const char *name)
{
	const struct record_type *type;

	for (type = record_types; type->name != NULL; type++)
		if (strcmp(type->name, name) == 0)
			return type;
	return NULL;
}

/* An optional name in the head: absent, or text that is not empty. */
static bool
take_name(const struct record *r, const char *key, const char **text)
{
	const json_t *json = json_object_get(r->event, key);

	*text = json_string_value(json);
	return json == NULL || (*text != NULL && **text != '\0');
}

static const char *
take_head(struct record *r)
{
	r->id = json_string_value(json_object_get(r->event, "id"));
	r->rev = json_integer_value(json_object_get(r->event, "rev"));
	r->type_name = json_string_value(json_object_get(r->event, "type"));
	clock_parse(
	    json_string_value(json_object_get(r->event, "time")), &r->time);
	if (!take_name(r, "node", &r->node))
		return "node is not a name";
	if (!take_name(r, "job", &r->job))
		return "job is not a name";
	if (!take_name(r, "target", &r->target))
		return "target is not a name";
	if (!take_name(r, "fuzzer", &r->fuzzer))
		return "fuzzer is not a name";
	return NULL;
}

static bool
all_empty(const json_t *array)
{
	size_t i;

	for (i = 0; i < json_array_size(array); i++)
		if (json_object_size(json_array_get(array, i)) > 0)
			return false;
	return true;
}

static const char *
take_list(struct record *r, json_t *data)
{
	const struct record_list *list = r->type->list;
	json_t *array = json_object_get(data, list->name);
	size_t i, width = field_count(list->fields);
	const char *why = NULL;

	if (array == NULL)
		return NULL;
	if (!json_is_array(array))
		return "a list in data is not an array";
	r->list_rows = json_array_size(array);
	r->list_values =
	    mem_calloc(r->list_rows * width + 1, sizeof *r->list_values);
	for (i = 0; i < r->list_rows; i++) {
		json_t *item = json_array_get(array, i);

		if (!json_is_object(item))
			return "a list in data holds what is not an object";
		if (!field_take_all(
			item, list->fields, r->list_values + i * width, &why))
			return why;
	}
	if (all_empty(array))
		json_object_del(data, list->name);
	return NULL;
}

/* What has no column, as one object; NULL when nothing remains. */
static char *
remains(const struct record *r, json_t *data)
{
	struct buf text = BUF_INIT;
	struct emit e;
	const char *key;
	json_t *value;
	bool any = json_object_size(data) > 0;

	emit_begin(&e, &text);
	emit_object(&e, NULL);
	json_object_foreach(r->event, key, value)
	{
		if (is_head(key))
			continue;
		emit_tree(&e, key, value);
		any = true;
	}
	if (json_object_size(data) > 0)
		emit_tree(&e, "data", data);
	emit_end(&e);
	if (any)
		return buf_take(&text);
	buf_release(&text);
	return NULL;
}

static const char *
take_data(struct record *r)
{
	json_t *data = json_object_get(r->event, "data");
	const char *why;

	r->values =
	    mem_calloc(field_count(r->type->fields) + 1, sizeof *r->values);
	if (!field_take_all(data, r->type->fields, r->values, &why))
		return why;
	if (r->type->list != NULL && (why = take_list(r, data)) != NULL)
		return why;
	r->extra = remains(r, data);
	return r->type->check != NULL ? r->type->check(r) : NULL;
}

/* Only a line with an embedded input may be longer than EVENT_LINE_MAX. */
static bool
is_too_long(const struct record *r)
{
	const json_t *data = json_object_get(r->event, "data");

	return r->len > EVENT_LINE_MAX &&
	    json_object_get(json_object_get(data, "input"), "content") == NULL;
}

struct record *
record_from_line(const char *line, size_t len, const char **why)
{
	struct record *r = mem_calloc(1, sizeof *r);

	r->line = mem_dup_n(line, len);
	r->len = len;
	*why = NULL;
	r->event = event_parse(line, len, why);
	if (r->event != NULL && is_too_long(r))
		*why = "too long for a line without an embedded input";
	if (*why == NULL)
		*why = take_head(r);
	if (*why == NULL) {
		r->type = type_of(r->type_name);
		if (r->type != NULL)
			*why = take_data(r);
		else
			r->raw = mem_dup_n(line, len);
	}
	if (*why == NULL)
		return r;
	record_free(r);
	return NULL;
}

void
record_free(struct record *r)
{
	size_t i, width;

	if (r->values != NULL)
		field_release_all(r->type->fields, r->values);
	if (r->list_values != NULL) {
		width = field_count(r->type->list->fields);
		for (i = 0; i < r->list_rows; i++)
			field_release_all(
			    r->type->list->fields, r->list_values + i * width);
	}
	json_decref(r->event);
	free(r->values);
	free(r->list_values);
	free(r->extra);
	free(r->raw);
	free(r->line);
	free(r);
}

const struct field_value *
record_value(const struct record *r, const char *name)
{
	size_t i;

	for (i = 0; r->type->fields[i].name != NULL; i++)
		if (strcmp(r->type->fields[i].name, name) == 0)
			return &r->values[i];
	assert(!"a field of the type");
	return NULL;
}

const char *
record_text(const struct record *r, const char *name)
{
	return record_value(r, name)->text;
}
