/* An event line as the rows that it will be, before any database is asked. */
#ifndef PF_RECORD_H
#define PF_RECORD_H

#include "event.h"
#include "field.h"

struct ingest;
struct ingest_batch;
struct record;

/* Members of an array of objects, one row each. */
struct record_list {
	const char *name; /* in data */
	const char *table;
	const struct field *fields;
};

/* What becomes of a column when rows become one: where nothing is said, the
 * last value that is known. Ends with a NULL name. */
struct rollup_rule {
	const char *column;
	enum { ROLLUP_MEAN, ROLLUP_MOST, ROLLUP_SUM } how;
};

/* Which of the ledger's columns the type's table repeats. */
enum {
	RECORD_SERIES = 1,
	RECORD_TIME = 2,
	RECORD_NODE = 4,
	RECORD_JOB = 8,
	RECORD_TARGET = 16
};

struct record_type {
	const char *name;
	const char *table; /* NULL: none of its own */
	unsigned repeats;
	const struct field *fields;
	const struct record_list *list;
	/* How many events of one hour or day become one; NULL: never. */
	const struct rollup_rule *rollup;
	/* What no single field tells: NULL, or a sentence's rest. Sets what
	 * follows from other fields. */
	const char *(*check)(struct record *record);
	/* What must be there before the rows of a batch are written, and what
	 * follows from them when they are; both are called for each record.
	 * 0, or -1 with db_error. NULL: nothing. */
	int (*before)(struct ingest *in, const struct record *record);
	int (*after)(struct ingest *in, const struct record *record);
	/* Called before the row of an older rev is deleted. */
	int (*forget)(struct ingest *in, const char *event);
};

/* Ends with a NULL name. */
extern const struct record_type record_types[];
/* NULL for a type that has no tables. */
const struct record_type *record_type_of(const char *name);

/* All texts end with a NUL. */
struct record {
	const struct record_type *type; /* NULL: kept as the line that it is */
	const char *type_name, *node, *job, *target, *fuzzer;
	char id[HASH_TEXT];
	int64_t rev, time;
	struct field_value *values;
	/* list rows * list fields, row by row */
	struct field_value *list_values;
	size_t list_rows;
	const char *extra; /* what has no column, as JSON; NULL: nothing */
	/* Where it came from, for the one who must tell of it. */
	const char *source;
	const char *line;
	size_t len;
	unsigned long long number;
	struct ingest_batch *batch;
	/* What the store finds out. */
	enum { RECORD_FRESH, RECORD_KNOWN, RECORD_NEWER } fate;
	int64_t series; /* its id, where the type has series */
};

/* What reading takes from line to line. */
struct record_reader {
	struct scan scan;
	struct arena arena; /* owns the records */
	unsigned char *taken;
	size_t taken_cap;
};

/* clang-format off */
#define RECORD_READER_INIT {SCAN_INIT, ARENA_INIT, NULL, 0}
/* clang-format on */

void record_reader_release(struct record_reader *reader);
/*
 * A record in the reader's arena. `line` is borrowed for as long as it lives.
 * NULL with *why (valid until the next call) when the line is no event line
 * that the store can take.
 */
struct record *record_from_line(struct record_reader *reader, const char *line,
    size_t len, const char **why);

/* A value by its field's name, which the type must have; "input.bytes" is
 * bytes of the object input. */
const struct field_value *
record_value(const struct record *record, const char *name);
/* Its text, NULL when absent. */
const char *record_text(const struct record *record, const char *name);

#endif
