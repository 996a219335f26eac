/*
 * Many rows as one statement: a binary array a column (PostgreSQL 15,
 * src/backend/utils/adt/arrayfuncs.c, array_recv), taken apart by unnest.
 */
#include <endian.h>

#include "db_postgresql.h"
#include "mem.h"

/* Dimensions, whether there are NULLs, the elements' type; then of the one
 * dimension its length and lower bound. */
#define HEADER 20

/* pg_type.dat: a type and its array. */
static const struct {
	Oid element, array;
} types[] = {
    [DB_INTEGER] = {20, 1016},
    [DB_REAL] = {701, 1022},
    [DB_TEXT] = {25, 1009},
    [DB_JSON] = {114, 199},
};

struct postgres_rows {
	struct db_rows rows;
	struct postgres_text text;
	size_t columns;
	size_t count;     /* whole rows */
	size_t next;      /* column */
	struct buf *data; /* the array of each column, with its header */
	Oid *arrays, *elements;
	const char **values;
	int *lengths, *formats;
};

static struct postgres_rows *
rows_of(struct db_rows *rows)
{
	return (struct postgres_rows *)(void *)rows;
}

/* INSERT INTO table (a, b) SELECT * FROM unnest($1, $2) */
static void
write_insert(struct buf *sql, const char *table,
    const struct db_column *columns, size_t count)
{
	size_t i;

	db_write_insert(sql, table, columns, count);
	buf_add_str(sql, " SELECT * FROM unnest(");
	for (i = 0; i < count; i++)
		buf_addf(sql, "%s$%zu", i > 0 ? ", " : "", i + 1);
	buf_add_str(sql, ")");
}

struct db_rows *
postgres_rows(struct db *db, const char *table, const struct db_column *columns,
    size_t count)
{
	(void)db;
	struct postgres_rows *r = mem_calloc(1, sizeof *r);
	struct buf sql = BUF_INIT;
	size_t i;

	r->columns = count;
	r->data = mem_calloc(count, sizeof *r->data);
	r->arrays = mem_calloc(count, sizeof *r->arrays);
	r->elements = mem_calloc(count, sizeof *r->elements);
	r->values = mem_calloc(count, sizeof *r->values);
	r->lengths = mem_calloc(count, sizeof *r->lengths);
	r->formats = mem_calloc(count, sizeof *r->formats);
	for (i = 0; i < count; i++) {
		buf_init(&r->data[i]);
		r->arrays[i] = types[columns[i].type].array;
		r->elements[i] = types[columns[i].type].element;
		r->formats[i] = 1;
	}
	write_insert(&sql, table, columns, count);
	postgres_text_init(&r->text, sql.data, r->arrays, (int)count);
	buf_release(&sql);
	postgres_rows_clear(&r->rows);
	return &r->rows;
}

void
postgres_rows_free(struct db_rows *rows)
{
	struct postgres_rows *r = rows_of(rows);
	size_t i;

	for (i = 0; i < r->columns; i++)
		buf_release(&r->data[i]);
	free(r->data);
	free(r->arrays);
	free(r->elements);
	free(r->values);
	free(r->lengths);
	free(r->formats);
	free(r->text.sql);
	free(r);
}

void
postgres_rows_clear(struct db_rows *rows)
{
	struct postgres_rows *r = rows_of(rows);
	size_t i;

	for (i = 0; i < r->columns; i++) {
		buf_clear(&r->data[i]);
		memset(buf_reserve(&r->data[i], HEADER), 0, HEADER);
		r->data[i].len = HEADER;
	}
	r->count = 0;
	r->next = 0;
}

static void
put32(char *at, uint32_t value)
{
	value = htobe32(value);
	memcpy(at, &value, sizeof value);
}

/* An element of the next column: its length, and room for its bytes. */
static char *
element(struct db_rows *rows, size_t len)
{
	struct postgres_rows *r = rows_of(rows);
	struct buf *b = &r->data[r->next++];
	char *at = buf_reserve(b, 4 + len);

	put32(at, (uint32_t)len);
	b->len += 4 + len;
	return at + 4;
}

void
postgres_rows_null(struct db_rows *rows)
{
	struct postgres_rows *r = rows_of(rows);
	struct buf *b = &r->data[r->next++];

	put32(buf_reserve(b, 4), UINT32_MAX);
	b->len += 4;
	put32(b->data + 4, 1);
}

void
postgres_rows_integer(struct db_rows *rows, int64_t value)
{
	uint64_t bits = htobe64((uint64_t)value);

	memcpy(element(rows, sizeof bits), &bits, sizeof bits);
}

void
postgres_rows_real(struct db_rows *rows, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	bits = htobe64(bits);
	memcpy(element(rows, sizeof bits), &bits, sizeof bits);
}

void
postgres_rows_text(struct db_rows *rows, const char *text, size_t len)
{
	memcpy(element(rows, len), text, len);
}

int
postgres_rows_end(struct db_rows *rows)
{
	rows_of(rows)->next = 0;
	rows_of(rows)->count++;
	return 0;
}

int
postgres_rows_flush(struct db_rows *rows)
{
	struct postgres_rows *r = rows_of(rows);
	int status;
	size_t i;

	if (r->count == 0)
		return 0;
	for (i = 0; i < r->columns; i++) {
		char *data = r->data[i].data;

		put32(data, 1);
		put32(data + 8, r->elements[i]);
		put32(data + 12, (uint32_t)r->count);
		put32(data + 16, 1);
		r->values[i] = data;
		r->lengths[i] = (int)r->data[i].len;
	}
	status = postgres_send(
	    postgres_of(rows->db), &r->text, r->values, r->lengths, r->formats);
	postgres_rows_clear(rows);
	return status;
}
