/* How members of an event's data become columns. */
#ifndef PF_FIELD_H
#define PF_FIELD_H

#include "arena.h"
#include "db.h"
#include "scan.h"

/* Of what a double holds exactly (RFC 8259, section 6), and of what sums and
 * drawings can bear. */
#define FIELD_COUNT_MAX 9007199254740991
#define FIELD_AMOUNT_MAX 1e15
/* In bytes. PostgreSQL 15 takes 2704 in a row of an index (nbtree.h): five
 * labels, or a name with a label. */
#define FIELD_LABEL_MAX 512
#define FIELD_NAME_MAX 2000

enum field_kind {
	FIELD_COUNT,    /* an integer from 0 to FIELD_COUNT_MAX */
	FIELD_POSITIVE, /* the same from 1 */
	FIELD_INTEGER,
	FIELD_AMOUNT, /* a number from 0 to FIELD_AMOUNT_MAX */
	FIELD_NUMBER,
	FIELD_RATIO, /* from 0 to 1 */
	FIELD_BOOLEAN,
	FIELD_TEXT,
	FIELD_LABEL,  /* text up to FIELD_LABEL_MAX */
	FIELD_NAME,   /* text that is not empty, up to FIELD_NAME_MAX */
	FIELD_TIME,   /* an event line's time; milliseconds in the store */
	FIELD_HASH,   /* 32 hex digits */
	FIELD_ARRAY,  /* kept as the JSON it is */
	FIELD_OBJECT, /* the same */
	FIELD_NAMES,  /* an array of labels that are not empty; the same */
	FIELD_BASE64, /* text that may be very long: it stays in the line */
	FIELD_ANY     /* text as it is, anything else as the JSON it is */
};

struct field {
	const char *object; /* of data's that has it; NULL: data itself */
	const char *name;
	const char *column; /* NULL: not a column of the type's own table */
	enum field_kind kind;
	const char *const *one_of; /* the only texts allowed; NULL: any */
	bool required;
};

struct field_value {
	enum { VALUE_NONE, VALUE_INTEGER, VALUE_REAL, VALUE_TEXT } type;
	uint32_t len;
	union {
		int64_t integer;
		double real;
		/* Ends with a NUL, but of FIELD_BASE64. */
		const char *text;
	} is;
};

/* Where values are taken from and put. */
struct field_source {
	const struct scan *scan;
	struct arena *arena;
	/* By place in the scan: what is a column, and needs no other. */
	unsigned char *taken;
};

/*
 * Takes what `fields` (up to a NULL name) names out of the object at `object`
 * and marks it as taken, with it what held nothing else; values[i], which are
 * zeroed before, belongs to fields[i]. False with *why set (valid until the
 * next call) when a member is missing or not what it must be.
 */
bool field_take_all(const struct field_source *source, uint32_t object,
    const struct field *fields, struct field_value *values, const char **why);
size_t field_count(const struct field *fields);
void field_bind(
    struct db_statement *s, int parameter, const struct field_value *value);
void field_add(struct db_rows *rows, const struct field_value *value);
/* How a column of the kind is written. */
enum db_type field_type(enum field_kind kind);

#endif
