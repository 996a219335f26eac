/* Prepared statements over a pipeline. */
#include "db_postgresql.h"
#include "mem.h"

#include <ctype.h>

/* More than this is not sent without hearing what became of it. */
#define UNANSWERED_MAX 4096

struct postgres_statement {
	struct db_statement statement;
	struct postgres_text text;
	/* By parameter, from 0. A number's text lies in `room`. */
	const char **values;
	char (*room)[32];
	PGresult *rows; /* NULL between a reset and the next step */
	int row;
};

static struct postgres_statement *
statement_of(struct db_statement *s)
{
	return (struct postgres_statement *)(void *)s;
}

/* ?1 becomes $1; returns how many there are. */
static int
number_parameters(struct buf *out, const char *sql)
{
	int most = 0, n;

	for (; *sql != '\0'; sql++) {
		buf_add_char(out, *sql == '?' ? '$' : *sql);
		n = *sql == '?' ? (int)strtol(sql + 1, NULL, 10) : 0;
		if (n > most)
			most = n;
	}
	return most;
}

void
postgres_text_init(
    struct postgres_text *t, const char *sql, const Oid *types, int parameters)
{
	struct buf ours = BUF_INIT;
	int found = number_parameters(&ours, sql);

	t->parameters = parameters > 0 ? parameters : found;
	t->sql = buf_take(&ours);
	t->types = types;
	t->generation = 0;
}

int
postgres_send(struct postgres *p, struct postgres_text *t,
    const char *const *values, const int *lengths, const int *formats)
{
	if (p->unanswered >= UNANSWERED_MAX && postgres_sync(p) < 0)
		return -1;
	if (t->generation != p->generation) {
		snprintf(t->name, sizeof t->name, "s%u", ++p->names);
		if (PQsendPrepare(p->connection, t->name, t->sql,
			t->types == NULL ? 0 : t->parameters, t->types) == 0)
			return postgres_fail(p, NULL);
		t->generation = p->generation;
		p->unanswered++;
	}
	if (PQsendQueryPrepared(p->connection, t->name, t->parameters, values,
		lengths, formats, 0) == 0)
		return postgres_fail(p, NULL);
	p->unanswered++;
	return 0;
}

/* One answer; false when it is a failure. Rows are kept, the last ones. */
static bool
take_answer(struct postgres *p, PGresult *result)
{
	switch (PQresultStatus(result)) {
	case PGRES_TUPLES_OK:
		PQclear(p->answer);
		p->answer = result;
		p->changes = strtoll(PQcmdTuples(result), NULL, 10);
		return true;
	case PGRES_COMMAND_OK:
		p->changes = strtoll(PQcmdTuples(result), NULL, 10);
		PQclear(result);
		return true;
	default:
		return false;
	}
}

int
postgres_sync(struct postgres *p)
{
	bool failed = false;
	PGresult *result;

	PQclear(p->answer);
	p->answer = NULL;
	if (PQpipelineSync(p->connection) == 0)
		return postgres_fail(p, NULL);
	while (p->unanswered > 0) {
		result = PQgetResult(p->connection);
		if (result == NULL) {
			p->unanswered--;
			continue;
		}
		if (take_answer(p, result))
			continue;
		/* What comes after the first failure is only its echo. */
		if (!failed)
			postgres_fail(p, result);
		failed = true;
		PQclear(result);
		if (PQstatus(p->connection) == CONNECTION_BAD)
			break;
	}
	p->unanswered = 0;
	if (failed) {
		p->failed = true;
		p->generation++;
	}
	if (PQstatus(p->connection) != CONNECTION_BAD)
		PQclear(PQgetResult(p->connection)); /* the sync's own */
	return failed ? -1 : 0;
}

struct db_statement *
postgres_prepare(struct db *db, const char *sql)
{
	struct postgres_statement *s = mem_calloc(1, sizeof *s);
	size_t n;

	(void)db;
	postgres_text_init(&s->text, sql, NULL, 0);
	n = (size_t)s->text.parameters + 1;
	s->values = mem_calloc(n, sizeof *s->values);
	s->room = mem_calloc(n, sizeof *s->room);
	return &s->statement;
}

void
postgres_finalize(struct db_statement *statement)
{
	struct postgres_statement *s = statement_of(statement);

	PQclear(s->rows);
	free(s->text.sql);
	free(s->values);
	free(s->room);
	free(s);
}

void
postgres_bind_null(struct db_statement *s, int parameter)
{
	statement_of(s)->values[parameter - 1] = NULL;
}

void
postgres_bind_integer(struct db_statement *s, int parameter, int64_t value)
{
	struct postgres_statement *ps = statement_of(s);
	char *room = ps->room[parameter - 1];

	snprintf(room, sizeof ps->room[0], "%lld", (long long)value);
	postgres_bind_text(s, parameter, room);
}

void
postgres_bind_real(struct db_statement *s, int parameter, double value)
{
	struct postgres_statement *ps = statement_of(s);
	char *room = ps->room[parameter - 1];

	snprintf(room, sizeof ps->room[0], "%.17g", value);
	postgres_bind_text(s, parameter, room);
}

void
postgres_bind_text(struct db_statement *s, int parameter, const char *text)
{
	statement_of(s)->values[parameter - 1] = text;
}

static int
send(struct db_statement *s)
{
	struct postgres_statement *ps = statement_of(s);

	return postgres_send(
	    postgres_of(s->db), &ps->text, ps->values, NULL, NULL);
}

int
postgres_run(struct db_statement *s)
{
	int status = send(s);

	postgres_reset(s);
	return status;
}

enum db_step
postgres_step(struct db_statement *s)
{
	struct postgres_statement *ps = statement_of(s);
	struct postgres *p = postgres_of(s->db);

	if (ps->rows == NULL) {
		if (send(s) < 0 || postgres_sync(p) < 0)
			return DB_FAILED;
		ps->rows = p->answer;
		p->answer = NULL;
		ps->row = -1;
	}
	ps->row++;
	return ps->row < PQntuples(ps->rows) ? DB_ROW : DB_DONE;
}

void
postgres_reset(struct db_statement *s)
{
	struct postgres_statement *ps = statement_of(s);
	int i;

	PQclear(ps->rows);
	ps->rows = NULL;
	for (i = 0; i < ps->text.parameters; i++)
		ps->values[i] = NULL;
}

bool
postgres_column_is_null(struct db_statement *s, int column)
{
	struct postgres_statement *ps = statement_of(s);

	return PQgetisnull(ps->rows, ps->row, column) != 0;
}

int64_t
postgres_column_integer(struct db_statement *s, int column)
{
	const char *text = postgres_column_text(s, column);

	if (text == NULL)
		return 0;
	/* A truth is a number, as it is to the other engine. */
	return text[0] == 't' ? 1 : strtoll(text, NULL, 10);
}

double
postgres_column_real(struct db_statement *s, int column)
{
	const char *text = postgres_column_text(s, column);

	return text == NULL ? 0 : strtod(text, NULL);
}

const char *
postgres_column_text(struct db_statement *s, int column)
{
	struct postgres_statement *ps = statement_of(s);

	return postgres_column_is_null(s, column)
	    ? NULL
	    : PQgetvalue(ps->rows, ps->row, column);
}
