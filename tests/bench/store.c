/*
 * What a store is measured against. Prints seconds.
 *
 *	store events COUNT FIRST        event lines: 55 % stats, 35 % corpus,
 *	                                7 % coverage, 3 % crash
 *	store sqlite FROM TO BATCH      the rows of FROM by a bare loop of
 *	                                prepared statements into TO, as durable
 *	store postgresql FROM TO BATCH  the same by COPY
 *
 * FROM is a store of event lines in the order of their ids, TO one that has
 * its tables and nothing in them.
 */
#include <inttypes.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <time.h>

#include "buf.h"
#include "event.h"
#include "mem.h"
#include "msg.h"

/* One table's rows; `place` is the number of the event that a row is of. */
struct cell {
	int type; /* SQLITE_INTEGER and so on */
	union {
		int64_t integer;
		double real;
		char *text;
	} is;
	int len;
};

struct table {
	const char *name;
	const char
	    *select; /* ends with the event's number; NULL: once, first */
	struct cell *cell;
	size_t *place;
	size_t rows, width, cap;
	char *columns;
	size_t next; /* row */
	sqlite3_stmt *insert;
};

static struct table tables[] = {
    {.name = "nodes"},
    {.name = "jobs"},
    {.name = "series"},
    {.name = "artifacts"},
    {.name = "crash_groups"},
    {.name = "events", .select = "id"},
    {.name = "stats", .select = "event"},
    {.name = "coverage", .select = "event"},
    {.name = "corpus", .select = "event"},
    {.name = "corpus_added", .select = "event"},
    {.name = "crashes", .select = "event"},
};
#define TABLES (sizeof tables / sizeof tables[0])

static size_t event_count;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
write_data(struct buf *data, unsigned long i, unsigned kind)
{
	if (kind < 55)
		buf_addf(data,
		    "{\"instance\":\"i%lu\",\"alive\":true,\"pid\":%lu,"
		    "\"run_seconds\":%lu.5,\"execs_total\":%lu,"
		    "\"execs_per_second\":%lu.25,\"corpus_count\":%lu,"
		    "\"crashes_total\":%lu,\"edges_found\":%lu,"
		    "\"edges_total\":4000,\"coverage_ratio\":0.%03lu,"
		    "\"version\":\"4.04c\"}",
		    i % 8, 1000 + i % 8, i, i * 937, 900 + i % 100, i / 100,
		    i / 1000, i % 4000, i % 1000);
	else if (kind < 90)
		buf_addf(data,
		    "{\"instance\":\"i%lu\",\"count\":%lu,\"bytes\":%lu,"
		    "\"added\":[{\"name\":\"id:%06lu\",\"bytes\":%lu,"
		    "\"xxh128\":\"%032lx\",\"op\":\"havoc\"}]}",
		    i % 8, i / 100, i * 10, i, i % 999, i);
	else if (kind < 97)
		buf_addf(data,
		    "{\"instance\":\"i%lu\",\"edges_found\":%lu,"
		    "\"edges_total\":4000,\"edges_new\":%lu}",
		    i % 8, i % 4000, i % 7);
	else
		buf_addf(data,
		    "{\"input\":{\"name\":\"id:%06lu,sig:06\",\"bytes\":%lu,"
		    "\"xxh128\":\"%032lx\"},\"kind\":\"heap-use-after-free\","
		    "\"signal\":6,\"sanitizer\":\"address\",\"frames\":["
		    "{\"function\":\"f%lu\",\"file\":\"j.c\",\"line\":88},"
		    "{\"function\":\"main\"}],\"site\":\"f%lu j.c:88\","
		    "\"stack\":\"%032lx\",\"rules\":\"1\","
		    "\"group\":\"f%lu j.c:88\",\"severity\":\"HIGH\","
		    "\"why\":\"WRITE\",\"status\":\"new\"}",
		    i, i % 999 + 1, i, i % 50, i % 50, i, i % 50);
}

/* Of 20 nodes with 4 jobs each; 10 events a second of the clock. */
static void
write_events(unsigned long count, unsigned long first)
{
	static const char *const types[] = {
	    "stats", "corpus", "coverage", "crash"};
	struct buf data = BUF_INIT, line = BUF_INIT;
	char node[16], job[16];
	unsigned long i;

	for (i = first; i < first + count; i++) {
		unsigned kind = (unsigned)(i * 61 % 100);
		struct event_head head = {
		    .type = types[kind < 55 ? 0
			    : kind < 90     ? 1
			    : kind < 97     ? 2
					    : 3],
		    .node = node,
		    .job = job,
		    .target = "json",
		    .fuzzer = "afl++",
		    .time_ms = 1763690400000 + (int64_t)i * 100,
		};

		snprintf(node, sizeof node, "node%lu", i / 8 % 20);
		snprintf(job, sizeof job, "job%lu", i / 8 % 80);
		buf_clear(&data);
		buf_clear(&line);
		write_data(&data, i, kind);
		event_write(&line, &head, NULL, &data);
		fwrite(line.data, 1, line.len, stdout);
	}
	buf_release(&data);
	buf_release(&line);
}

static void
must(bool good, const char *what)
{
	if (!good)
		msg_diex(1, "%s", what);
}

static void
take_cell(struct cell *c, sqlite3_stmt *s, int column)
{
	c->type = sqlite3_column_type(s, column);
	if (c->type == SQLITE_INTEGER)
		c->is.integer = sqlite3_column_int64(s, column);
	else if (c->type == SQLITE_FLOAT)
		c->is.real = sqlite3_column_double(s, column);
	else if (c->type == SQLITE_TEXT) {
		c->len = sqlite3_column_bytes(s, column);
		c->is.text =
		    mem_dup_n((const char *)sqlite3_column_text(s, column),
			(size_t)c->len);
	}
}

/* The columns that are not made by the engine itself. */
static char *
columns_of(sqlite3 *from, const char *table)
{
	struct buf list = BUF_INIT;
	sqlite3_stmt *s;

	must(sqlite3_prepare_v2(from,
		 "SELECT name FROM pragma_table_xinfo(?1) WHERE hidden = 0", -1,
		 &s, NULL) == SQLITE_OK,
	    "columns");
	sqlite3_bind_text(s, 1, table, -1, SQLITE_STATIC);
	while (sqlite3_step(s) == SQLITE_ROW)
		buf_addf(&list, "%s%s", list.len > 0 ? ", " : "",
		    (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	return buf_take(&list);
}

static void
load(sqlite3 *from, struct table *t)
{
	struct buf sql = BUF_INIT;
	sqlite3_stmt *s;
	size_t i;

	t->columns = columns_of(from, t->name);
	if (t->select == NULL)
		buf_addf(&sql, "SELECT %s, 0 FROM %s", t->columns, t->name);
	else
		buf_addf(&sql,
		    "WITH n AS MATERIALIZED (SELECT id AS nid,"
		    " row_number() OVER (ORDER BY id) - 1 AS n FROM events)"
		    " SELECT %s, n FROM n CROSS JOIN %s ON %s = nid",
		    t->columns, t->name, t->select);
	must(sqlite3_prepare_v2(from, sql.data, -1, &s, NULL) == SQLITE_OK,
	    sqlite3_errmsg(from));
	t->width = (size_t)sqlite3_column_count(s) - 1;
	while (sqlite3_step(s) == SQLITE_ROW) {
		if (t->rows == t->cap) {
			t->cap = t->cap ? t->cap * 2 : 1024;
			t->cell = mem_realloc_array(
			    t->cell, t->cap * t->width, sizeof *t->cell);
			t->place = mem_realloc_array(
			    t->place, t->cap, sizeof *t->place);
		}
		for (i = 0; i < t->width; i++)
			take_cell(&t->cell[t->rows * t->width + i], s, (int)i);
		t->place[t->rows++] =
		    (size_t)sqlite3_column_int64(s, (int)t->width);
	}
	sqlite3_finalize(s);
	buf_release(&sql);
	if (t->select != NULL && strcmp(t->name, "events") == 0)
		event_count = t->rows;
}

static void
prepare_insert(sqlite3 *to, struct table *t)
{
	struct buf sql = BUF_INIT;
	size_t i;

	buf_addf(&sql, "INSERT INTO %s (%s) VALUES (", t->name, t->columns);
	for (i = 0; i < t->width; i++)
		buf_add_str(&sql, i > 0 ? ", ?" : "?");
	buf_add_str(&sql, ")");
	must(
	    sqlite3_prepare_v2(to, sql.data, -1, &t->insert, NULL) == SQLITE_OK,
	    sqlite3_errmsg(to));
	buf_release(&sql);
}

static void
insert_row(sqlite3 *to, struct table *t)
{
	struct cell *c = &t->cell[t->next++ * t->width];
	int i;

	for (i = 1; i <= (int)t->width; i++, c++)
		if (c->type == SQLITE_INTEGER)
			sqlite3_bind_int64(t->insert, i, c->is.integer);
		else if (c->type == SQLITE_FLOAT)
			sqlite3_bind_double(t->insert, i, c->is.real);
		else if (c->type == SQLITE_TEXT)
			sqlite3_bind_text(
			    t->insert, i, c->is.text, c->len, SQLITE_STATIC);
		else
			sqlite3_bind_null(t->insert, i);
	must(sqlite3_step(t->insert) == SQLITE_DONE, sqlite3_errmsg(to));
	sqlite3_reset(t->insert);
}

static void
run(sqlite3 *to, const char *sql)
{
	must(sqlite3_exec(to, sql, NULL, NULL, NULL) == SQLITE_OK,
	    sqlite3_errmsg(to));
}

static double
bare_sqlite(const char *path, size_t batch)
{
	double before;
	sqlite3 *to;
	size_t i, end;

	must(sqlite3_open(path, &to) == SQLITE_OK, "open");
	/* As src/libstore/db_sqlite.c has it. */
	run(to,
	    "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
	    "PRAGMA cache_size=-2000; PRAGMA journal_mode=WAL;"
	    "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4096;");
	run(to, "BEGIN IMMEDIATE");
	for (i = 0; i < TABLES; i++) {
		prepare_insert(to, &tables[i]);
		while (
		    tables[i].select == NULL && tables[i].next < tables[i].rows)
			insert_row(to, &tables[i]);
	}
	run(to, "COMMIT");
	before = now();
	for (end = batch; end < event_count + batch; end += batch) {
		run(to, "BEGIN IMMEDIATE");
		for (i = 0; i < TABLES; i++)
			while (tables[i].next < tables[i].rows &&
			    tables[i].place[tables[i].next] < end)
				insert_row(to, &tables[i]);
		run(to,
		    "INSERT INTO batches (committed_at, received, stored,"
		    " duplicate, rejected) VALUES (1, 1, 1, 0, 0)");
		run(to, "COMMIT");
	}
	before = now() - before;
	sqlite3_close(to);
	return before;
}

/* A row in the text form of COPY; our texts have nothing to be escaped but
 * backslashes. */
static void
write_copy(struct buf *out, struct table *t)
{
	struct cell *c = &t->cell[t->next++ * t->width];
	size_t i;
	int k;

	for (i = 0; i < t->width; i++, c++) {
		if (i > 0)
			buf_add_char(out, '\t');
		if (c->type == SQLITE_INTEGER)
			buf_addf(out, "%" PRId64, c->is.integer);
		else if (c->type == SQLITE_FLOAT)
			buf_addf(out, "%.17g", c->is.real);
		else if (c->type != SQLITE_TEXT)
			buf_add_str(out, "\\N");
		else
			for (k = 0; k < c->len; k++) {
				if (c->is.text[k] == '\\')
					buf_add_char(out, '\\');
				buf_add_char(out, c->is.text[k]);
			}
	}
	buf_add_char(out, '\n');
}

static void
do_pg(PGconn *to, const char *sql)
{
	PGresult *r = PQexec(to, sql);

	must(PQresultStatus(r) == PGRES_COMMAND_OK, PQerrorMessage(to));
	PQclear(r);
}

static void
copy(PGconn *to, const struct table *t, const struct buf *rows)
{
	struct buf sql = BUF_INIT;
	PGresult *r;

	if (rows->len == 0)
		return;
	buf_addf(&sql, "COPY %s (%s) FROM STDIN", t->name, t->columns);
	r = PQexec(to, sql.data);
	must(PQresultStatus(r) == PGRES_COPY_IN, PQerrorMessage(to));
	PQclear(r);
	must(PQputCopyData(to, rows->data, (int)rows->len) == 1 &&
		PQputCopyEnd(to, NULL) == 1,
	    PQerrorMessage(to));
	while ((r = PQgetResult(to)) != NULL) {
		must(PQresultStatus(r) == PGRES_COMMAND_OK, PQerrorMessage(to));
		PQclear(r);
	}
	buf_release(&sql);
}

static double
bare_postgresql(const char *where, size_t batch)
{
	PGconn *to = PQconnectdb(where);
	struct buf *text;
	size_t i, b, batches = (event_count + batch - 1) / batch;
	double before;

	must(PQstatus(to) == CONNECTION_OK, PQerrorMessage(to));
	do_pg(to, "SET search_path = pf");
	text = mem_calloc((batches + 1) * TABLES, sizeof *text);
	for (i = 0; i < TABLES; i++)
		for (b = 0; b < batches; b++) {
			struct buf *rows = &text[b * TABLES + i];

			buf_init(rows);
			while (tables[i].next < tables[i].rows &&
			    tables[i].place[tables[i].next] < (b + 1) * batch)
				write_copy(rows, &tables[i]);
			if (tables[i].select == NULL) {
				copy(to, &tables[i], rows);
				buf_release(rows);
			}
		}
	before = now();
	for (b = 0; b < batches; b++) {
		do_pg(to, "BEGIN");
		for (i = 0; i < TABLES; i++)
			copy(to, &tables[i], &text[b * TABLES + i]);
		do_pg(to,
		    "INSERT INTO batches (committed_at, received, stored,"
		    " duplicate, rejected) VALUES (1, 1, 1, 0, 0)");
		do_pg(to, "COMMIT");
	}
	before = now() - before;
	PQfinish(to);
	return before;
}

int
main(int argc, char *argv[])
{
	sqlite3 *from;
	size_t i;

	msg_init("store");
	if (argc == 4 && strcmp(argv[1], "events") == 0) {
		write_events(
		    strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
		return 0;
	}
	must(argc == 5, "see the head of store.c");
	must(sqlite3_open_v2(argv[2], &from, SQLITE_OPEN_READONLY, NULL) ==
		SQLITE_OK,
	    "open");
	for (i = 0; i < TABLES; i++)
		load(from, &tables[i]);
	sqlite3_close(from);
	printf("%.4f\n",
	    strcmp(argv[1], "sqlite") == 0
		? bare_sqlite(argv[3], strtoul(argv[4], NULL, 10))
		: bare_postgresql(argv[3], strtoul(argv[4], NULL, 10)));
	return 0;
}
