/* A jansson tree written by the one JSON writer. */
#include <jansson.h>

#include "emit.h"

static void
emit_tree_object(struct emit *e, const char *key, const json_t *object)
{
	const char *name;
	json_t *value;

	emit_object(e, key);
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	    emit_tree(e, name, value);
	emit_end(e);
}

static void
emit_tree_array(struct emit *e, const char *key, const json_t *array)
{
	size_t i;

	emit_array(e, key);
	for (i = 0; i < json_array_size(array); i++)
		emit_tree(e, NULL, json_array_get(array, i));
	emit_end(e);
}

/* Depth is bounded: the reader refuses what nests deeper than EMIT_DEPTH. */
void
emit_tree(struct emit *e, const char *key, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		emit_tree_object(e, key, value);
		break;
	case JSON_ARRAY:
		emit_tree_array(e, key, value);
		break;
	case JSON_STRING:
		emit_string(e, key, json_string_value(value));
		break;
	case JSON_INTEGER:
		emit_i64(e, key, json_integer_value(value));
		break;
	case JSON_REAL:
		emit_real(e, key, json_real_value(value));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		emit_bool(e, key, json_is_true(value));
		break;
	case JSON_NULL:
		emit_raw(e, key, "null", 4);
		break;
	}
}
