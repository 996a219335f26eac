/* Members of an event's data, checked one by one. */
#include "field.h"

#include "clock.h"
#include "hash.h"

static _Thread_local char reason[256];

static const char *
take_text(const struct field_source *from, uint32_t at, const struct field *f,
    struct field_value *v)
{
	const struct scan_value *json = &from->scan->value[at];
	struct buf text = BUF_INIT;
	size_t i;

	if (json->type != SCAN_TEXT)
		return "is not a string";
	v->type = VALUE_TEXT;
	v->len = json->len;
	if (json->escaped) {
		scan_add_text(&text, from->scan, at);
		v->len = (uint32_t)text.len;
		v->is.text = arena_text(from->arena, text.data, text.len);
		buf_release(&text);
	} else if (f->kind == FIELD_BASE64)
		v->is.text = from->scan->text + json->start;
	else
		v->is.text = arena_text(
		    from->arena, from->scan->text + json->start, json->len);
	if (f->one_of == NULL)
		return NULL;
	for (i = 0; f->one_of[i] != NULL; i++)
		if (strcmp(f->one_of[i], v->is.text) == 0)
			return NULL;
	return "has a value that is not known";
}

static const char *
take_number(const struct scan_value *json, struct field_value *v, double least,
    double most, const char *wrong)
{
	v->type = VALUE_REAL;
	if (json->type == SCAN_INTEGER)
		v->is.real = (double)json->number.integer;
	else if (json->type == SCAN_REAL)
		v->is.real = json->number.real;
	else
		return wrong;
	return v->is.real >= least && v->is.real <= most ? NULL : wrong;
}

static const char *
take_integer(const struct scan_value *json, struct field_value *v,
    int64_t least, int64_t most, const char *wrong)
{
	if (json->type != SCAN_INTEGER || json->number.integer < least ||
	    json->number.integer > most)
		return wrong;
	v->type = VALUE_INTEGER;
	v->is.integer = json->number.integer;
	return NULL;
}

static const char *
take_boolean(const struct scan_value *json, struct field_value *v)
{
	v->type = VALUE_INTEGER;
	v->is.integer = json->type == SCAN_TRUE;
	return json->type == SCAN_TRUE || json->type == SCAN_FALSE
	    ? NULL
	    : "is not true or false";
}

static const char *
take_json(const struct field_source *from, uint32_t at, struct field_value *v)
{
	struct buf text = BUF_INIT;

	scan_add_source(&text, from->scan, at);
	v->type = VALUE_TEXT;
	v->len = (uint32_t)text.len;
	v->is.text = arena_text(from->arena, text.data, text.len);
	buf_release(&text);
	return NULL;
}

static const char *
take_time(const struct field_source *from, uint32_t at, const struct field *f,
    struct field_value *v)
{
	static const char wrong[] = "is not an RFC 3339 time in UTC";
	int64_t ms;

	if (take_text(from, at, f, v) != NULL || !clock_parse(v->is.text, &ms))
		return wrong;
	v->type = VALUE_INTEGER;
	v->is.integer = ms;
	return NULL;
}

static const char *
take_names(const struct field_source *from, uint32_t at, struct field_value *v)
{
	const struct scan_value *all = from->scan->value;
	uint32_t i;

	if (all[at].type != SCAN_ARRAY)
		return "is not an array";
	for (i = at + 1; i < all[at].next; i = all[i].next)
		if (all[i].type != SCAN_TEXT || all[i].len == 0)
			return "holds what is not a name";
		else if (all[i].len > FIELD_LABEL_MAX)
			return "holds a name of more than 512 bytes";
	return take_json(from, at, v);
}

/* A name or a label: text that an index holds. */
static const char *
take_name(const struct field_source *from, uint32_t at, const struct field *f,
    struct field_value *v)
{
	const char *wrong = take_text(from, at, f, v);

	if (wrong != NULL)
		return wrong;
	if (f->kind == FIELD_LABEL)
		return v->len > FIELD_LABEL_MAX ? "has more than 512 bytes"
						: NULL;
	return v->len == 0            ? "is empty"
	    : v->len > FIELD_NAME_MAX ? "has more than 2000 bytes"
				      : NULL;
}

/* NULL, or what is wrong with it. */
static const char *
take_value(const struct field_source *from, uint32_t at, const struct field *f,
    struct field_value *v)
{
	const struct scan_value *json = &from->scan->value[at];

	switch (f->kind) {
	case FIELD_COUNT:
		return take_integer(
		    json, v, 0, FIELD_COUNT_MAX, "is not a count");
	case FIELD_POSITIVE:
		return take_integer(
		    json, v, 1, FIELD_COUNT_MAX, "is not a count from 1");
	case FIELD_INTEGER:
		return take_integer(
		    json, v, INT64_MIN, INT64_MAX, "is not an integer");
	case FIELD_AMOUNT:
		return take_number(
		    json, v, 0, FIELD_AMOUNT_MAX, "is not from 0 to 1e15");
	case FIELD_NUMBER:
		return take_number(json, v, -1e300, 1e300, "is not a number");
	case FIELD_RATIO:
		return take_number(json, v, 0, 1, "is not from 0 to 1");
	case FIELD_BOOLEAN:
		return take_boolean(json, v);
	case FIELD_TEXT:
	case FIELD_BASE64:
		return take_text(from, at, f, v);
	case FIELD_LABEL:
	case FIELD_NAME:
		return take_name(from, at, f, v);
	case FIELD_TIME:
		return take_time(from, at, f, v);
	case FIELD_HASH:
		return take_text(from, at, f, v) == NULL &&
			hash_valid(v->is.text)
		    ? NULL
		    : "is not 32 hex digits";
	case FIELD_ARRAY:
		return json->type == SCAN_ARRAY ? take_json(from, at, v)
						: "is not an array";
	case FIELD_OBJECT:
		return json->type == SCAN_OBJECT ? take_json(from, at, v)
						 : "is not an object";
	case FIELD_NAMES:
		return take_names(from, at, v);
	case FIELD_ANY:
		break;
	}
	return json->type == SCAN_TEXT ? take_text(from, at, f, v)
				       : take_json(from, at, v);
}

static bool
same_object(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/*
 * The field that a member of `object` is, NULL when it is none. Events are
 * told in the order of their table: the field after the last one is likely.
 */
static const struct field *
field_of(const struct scan *scan, uint32_t at, const char *object,
    const struct field *fields, const struct field *likely)
{
	const struct field *f = likely;

	do {
		if (f->name == NULL) {
			f = fields;
			continue;
		}
		if (scan_name_is(scan, at, f->name) &&
		    same_object(f->object, object))
			return f;
		f++;
	} while (f != likely);
	return NULL;
}

/* The name of an object that has fields, if the member is one. */
static const char *
object_of(const struct scan *scan, uint32_t at, const struct field *fields)
{
	for (; fields->name != NULL; fields++)
		if (fields->object != NULL &&
		    scan_name_is(scan, at, fields->object))
			return fields->object;
	return NULL;
}

static bool
refuse(const struct field *f, const char *wrong, const char **why)
{
	snprintf(reason, sizeof reason, "data.%s%s%s %s",
	    f->object == NULL ? "" : f->object, f->object == NULL ? "" : ".",
	    f->name, wrong);
	*why = reason;
	return false;
}

/* `object` is NULL for data itself. */
static bool
take_members(const struct field_source *from, uint32_t at, const char *object,
    const struct field *fields, struct field_value *values, const char **why)
{
	const struct scan_value *all = from->scan->value;
	const struct field *f = fields, *likely = fields;
	const char *inner, *wrong;
	uint32_t i, taken = 0;

	for (i = at + 1; i < all[at].next; i = all[i].next) {
		f = field_of(from->scan, i, object, fields, likely);
		inner = f != NULL || object != NULL
		    ? NULL
		    : object_of(from->scan, i, fields);
		if (f != NULL) {
			wrong = take_value(from, i, f, &values[f - fields]);
			if (wrong != NULL)
				return refuse(f, wrong, why);
			from->taken[i] = 1;
			likely = f + 1;
		} else if (inner != NULL && all[i].type != SCAN_OBJECT) {
			snprintf(reason, sizeof reason,
			    "data.%s is not an object", inner);
			*why = reason;
			return false;
		} else if (inner != NULL &&
		    !take_members(from, i, inner, fields, values, why)) {
			return false;
		}
		taken += from->taken[i];
	}
	from->taken[at] = taken == all[at].count;
	return true;
}

bool
field_take_all(const struct field_source *from, uint32_t object,
    const struct field *fields, struct field_value *values, const char **why)
{
	const struct field *f;

	if (!take_members(from, object, NULL, fields, values, why))
		return false;
	for (f = fields; f->name != NULL; f++)
		if (f->required && values[f - fields].type == VALUE_NONE)
			return refuse(f, "is missing", why);
	return true;
}

size_t
field_count(const struct field *fields)
{
	size_t n = 0;

	while (fields[n].name != NULL)
		n++;
	return n;
}

enum db_type
field_type(enum field_kind kind)
{
	switch (kind) {
	case FIELD_COUNT:
	case FIELD_POSITIVE:
	case FIELD_INTEGER:
	case FIELD_BOOLEAN:
	case FIELD_TIME:
		return DB_INTEGER;
	case FIELD_AMOUNT:
	case FIELD_NUMBER:
	case FIELD_RATIO:
		return DB_REAL;
	case FIELD_ARRAY:
	case FIELD_OBJECT:
	case FIELD_NAMES:
		return DB_JSON;
	case FIELD_TEXT:
	case FIELD_LABEL:
	case FIELD_NAME:
	case FIELD_HASH:
	case FIELD_BASE64:
	case FIELD_ANY:
		break;
	}
	return DB_TEXT;
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
		db_bind_integer(s, parameter, value->is.integer);
		break;
	case VALUE_REAL:
		db_bind_real(s, parameter, value->is.real);
		break;
	case VALUE_TEXT:
		db_bind_text(s, parameter, value->is.text);
		break;
	}
}

void
field_add(struct db_rows *rows, const struct field_value *value)
{
	switch (value->type) {
	case VALUE_NONE:
		db_rows_null(rows);
		break;
	case VALUE_INTEGER:
		db_rows_integer(rows, value->is.integer);
		break;
	case VALUE_REAL:
		db_rows_real(rows, value->is.real);
		break;
	case VALUE_TEXT:
		db_rows_text(rows, value->is.text, value->len);
		break;
	}
}
