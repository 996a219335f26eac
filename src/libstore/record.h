/* An event line as the rows that it will be, before any database is asked. */
#ifndef PF_RECORD_H
#define PF_RECORD_H

#include "field.h"

struct ingest;
struct record;

/* Members of an array of objects, one row each. */
struct record_list {
	const char *name; /* in data */
	const char *table;
	const struct field *fields;
};

/* Which of the ledger's columns the type's table repeats. */
enum { RECORD_SERIES = 1, RECORD_TIME = 2, RECORD_NODE = 4, RECORD_JOB = 8 };

struct record_type {
	const char *name;
	const char *table; /* NULL: the store function knows */
	unsigned repeats;
	const struct field *fields;
	const struct record_list *list;
	/* What no single field tells: NULL, or a sentence's rest. Sets what
	 * follows from other fields. */
	const char *(*check)(struct record *record);
	/* Writes all but the ledger's row; 0 or -1 with db_error. */
	int (*store)(struct ingest *in, const struct record *record);
	/* Called before the row of an older rev is deleted. */
	int (*forget)(struct ingest *in, const char *event);
};

/* Ends with a NULL name. */
extern const struct record_type record_types[];

struct record {
	const struct record_type *type; /* NULL: kept as `raw` */
	json_t *event;
	const char *id, *type_name, *node, *job, *target, *fuzzer;
	int64_t rev, time;
	struct field_value *values;
	/* list rows * list fields, row by row */
	struct field_value *list_values;
	size_t list_rows;
	char *extra, *raw;
	/* Where it came from, for the one who must tell of it. */
	const char *source;
	char *line;
	size_t len;
	unsigned long long number;
};

/* NULL with *why (valid until the next call) when the line is no event line
 * that the store can take. */
struct record *record_from_line(const char *line, size_t len, const char **why);
void record_free(struct record *record);

/* A value by its field's name, which the type must have. */
const struct field_value *
record_value(const struct record *record, const char *name);
/* Its text, NULL when absent. */
const char *record_text(const struct record *record, const char *name);

#endif
