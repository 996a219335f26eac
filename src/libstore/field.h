/* How members of an event's data become columns. */
#ifndef PF_FIELD_H
#define PF_FIELD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "db.h"

/* Of what a double holds exactly (RFC 8259, section 6), and of what sums and
 * drawings can bear. */
#define FIELD_COUNT_MAX 9007199254740991
#define FIELD_AMOUNT_MAX 1e15

enum field_kind {
	FIELD_COUNT, /* an integer from 0 to FIELD_COUNT_MAX */
	FIELD_INTEGER,
	FIELD_AMOUNT, /* a number from 0 to FIELD_AMOUNT_MAX */
	FIELD_NUMBER,
	FIELD_RATIO, /* from 0 to 1 */
	FIELD_BOOLEAN,
	FIELD_TEXT,
	FIELD_TIME,   /* an event line's time; milliseconds in the store */
	FIELD_HASH,   /* 32 hex digits */
	FIELD_ARRAY,  /* kept as JSON text */
	FIELD_OBJECT, /* the same */
	FIELD_ANY     /* text as it is, anything else as JSON text */
};

struct field {
	const char *name;   /* in data; "input.bytes" is bytes in input */
	const char *column; /* NULL: not a column of the type's own table */
	enum field_kind kind;
	const char *const *one_of; /* the only texts allowed; NULL: any */
	bool required;
};

struct field_value {
	enum { VALUE_NONE, VALUE_INTEGER, VALUE_REAL, VALUE_TEXT } type;
	int64_t integer;
	double real;
	const char *text; /* of `held` or of `made` */
	json_t *held;
	char *made;
};

/*
 * Takes what `fields` (up to a NULL name) names out of `object`; values[i]
 * belongs to fields[i]. What stays in `object` has no column. False with *why
 * set (valid until the next call) when a member is missing or not what it must
 * be.
 */
bool field_take_all(json_t *object, const struct field *fields,
    struct field_value *values, const char **why);
void field_release_all(const struct field *fields, struct field_value *values);
size_t field_count(const struct field *fields);
void field_bind(
    struct db_statement *s, int parameter, const struct field_value *value);

#endif
