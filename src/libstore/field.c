/* Members of an event's data, checked one by one. */
#include "field.h"

#include "clock.h"
#include "emit.h"
#include "hash.h"
#include "mem.h"

static char reason[256];

/* The object that has the member, and the member's own name. */
static json_t *
owner_of(json_t *object, const char *path, const char **name)
{
	const char *dot = strchr(path, '.');
	char outer[32];

	*name = path;
	if (dot == NULL)
		return object;
	snprintf(outer, sizeof outer, "%.*s", (int)(dot - path), path);
	*name = dot + 1;
	return json_object_get(object, outer);
}

static const char *
take_text(struct field_value *v, const struct field *f, const char *text)
{
	size_t i;

	if (text == NULL)
		return "is not a string";
	v->type = VALUE_TEXT;
	v->text = text;
	if (f->one_of == NULL)
		return NULL;
	for (i = 0; f->one_of[i] != NULL; i++)
		if (strcmp(f->one_of[i], text) == 0)
			return NULL;
	return "has a value that is not known";
}

static const char *
take_number(struct field_value *v, const json_t *json, double least,
    double most, const char *wrong)
{
	v->type = VALUE_REAL;
	v->real = json_number_value(json);
	if (!json_is_number(json) || !(v->real >= least && v->real <= most))
		return wrong;
	return NULL;
}

static const char *
take_integer(struct field_value *v, const json_t *json, int64_t least,
    int64_t most, const char *wrong)
{
	v->type = VALUE_INTEGER;
	v->integer = json_integer_value(json);
	if (!json_is_integer(json) || v->integer < least || v->integer > most)
		return wrong;
	return NULL;
}

static const char *
take_json(struct field_value *v, const json_t *json)
{
	struct buf text = BUF_INIT;
	struct emit e;

	emit_begin(&e, &text);
	emit_tree(&e, NULL, json);
	v->type = VALUE_TEXT;
	v->text = v->made = buf_take(&text);
	return NULL;
}

/* NULL, or what is wrong with it. */
static const char *
take_value(struct field_value *v, const struct field *f, const json_t *json)
{
	const char *text = json_string_value(json);

	switch (f->kind) {
	case FIELD_COUNT:
		return take_integer(
		    v, json, 0, FIELD_COUNT_MAX, "is not a count");
	case FIELD_INTEGER:
		return take_integer(
		    v, json, INT64_MIN, INT64_MAX, "is not an integer");
	case FIELD_AMOUNT:
		return take_number(
		    v, json, 0, FIELD_AMOUNT_MAX, "is not from 0 to 1e15");
	case FIELD_NUMBER:
		return take_number(v, json, -1e300, 1e300, "is not a number");
	case FIELD_RATIO:
		return take_number(v, json, 0, 1, "is not from 0 to 1");
	case FIELD_BOOLEAN:
		v->type = VALUE_INTEGER;
		v->integer = json_is_true(json);
		return json_is_boolean(json) ? NULL : "is not true or false";
	case FIELD_TEXT:
		return take_text(v, f, text);
	case FIELD_TIME:
		v->type = VALUE_INTEGER;
		return text != NULL && clock_parse(text, &v->integer)
		    ? NULL
		    : "is not an RFC 3339 time in UTC";
	case FIELD_HASH:
		if (text == NULL || !hash_valid(text))
			return "is not 32 hex digits";
		return take_text(v, f, text);
	case FIELD_ARRAY:
		return json_is_array(json) ? take_json(v, json)
					   : "is not an array";
	case FIELD_OBJECT:
		return json_is_object(json) ? take_json(v, json)
					    : "is not an object";
	case FIELD_ANY:
		break;
	}
	return text != NULL ? take_text(v, f, text) : take_json(v, json);
}

static const char *
take(json_t *object, const struct field *f, struct field_value *v)
{
	const char *name, *wrong;
	json_t *owner = owner_of(object, f->name, &name);
	json_t *json = json_object_get(owner, name);

	if (owner != NULL && !json_is_object(owner))
		return "is not in an object";
	if (json == NULL)
		return f->required ? "is missing" : NULL;
	v->held = json_incref(json);
	wrong = take_value(v, f, json);
	json_object_del(owner, name);
	return wrong;
}

/* An inner object of which nothing remains goes too. */
static void
drop_emptied(json_t *object, const struct field *fields)
{
	char outer[32];

	for (; fields->name != NULL; fields++) {
		size_t n = strcspn(fields->name, ".");

		if (fields->name[n] == '\0')
			continue;
		snprintf(outer, sizeof outer, "%.*s", (int)n, fields->name);
		if (json_is_object(json_object_get(object, outer)) &&
		    json_object_size(json_object_get(object, outer)) == 0)
			json_object_del(object, outer);
	}
}

bool
field_take_all(json_t *object, const struct field *fields,
    struct field_value *values, const char **why)
{
	size_t i;

	for (i = 0; fields[i].name != NULL; i++) {
		const char *wrong = take(object, &fields[i], &values[i]);

		if (wrong == NULL)
			continue;
		snprintf(
		    reason, sizeof reason, "data.%s %s", fields[i].name, wrong);
		*why = reason;
		return false;
	}
	drop_emptied(object, fields);
	return true;
}

void
field_release_all(const struct field *fields, struct field_value *values)
{
	size_t i;

	for (i = 0; fields[i].name != NULL; i++) {
		json_decref(values[i].held);
		free(values[i].made);
	}
}

size_t
field_count(const struct field *fields)
{
	size_t n = 0;

	while (fields[n].name != NULL)
		n++;
	return n;
}

void
field_bind(
    struct db_statement *s, int parameter, const struct field_value *value)
{
	switch (value->type) {
	case VALUE_NONE:
		db_bind_null(s, parameter);
		break;
	case VALUE_INTEGER:
		db_bind_integer(s, parameter, value->integer);
		break;
	case VALUE_REAL:
		db_bind_real(s, parameter, value->real);
		break;
	case VALUE_TEXT:
		db_bind_text(s, parameter, value->text);
		break;
	}
}
