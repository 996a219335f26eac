/* What PostgreSQL's error codes mean for a store. */
#include "db_postgresql.h"
#include "msg.h"

/* By class or whole code; the first row that a code begins with counts.
 * PostgreSQL 15, appendix A. */
static const struct {
	const char *code;
	enum db_fault fault;
} faults[] = {
    {"08", DB_FAULT_LOST},
    {"57P", DB_FAULT_LOST}, /* shut down, crashed, starting */
    {"57014", DB_FAULT_BUSY},
    {"57", DB_FAULT_BUSY},
    {"55P03", DB_FAULT_BUSY}, /* lock_not_available */
    {"53100", DB_FAULT_FULL},
    {"53", DB_FAULT_BUSY}, /* memory, connections */
    {"40", DB_FAULT_AGAIN},
    /* Another wrote the same row, or made the same schema, just now. */
    {"23505", DB_FAULT_AGAIN},
    {"42P06", DB_FAULT_AGAIN},
    {"42P07", DB_FAULT_AGAIN},
    {"23", DB_FAULT_CONSTRAINT},
    {"22", DB_FAULT_CONSTRAINT},
    {"28", DB_FAULT_PERMISSION},
    {"42501", DB_FAULT_PERMISSION},
    {"25006", DB_FAULT_PERMISSION}, /* a standby */
    {"3D000", DB_FAULT_MISSING},
    {"25P03", DB_FAULT_LOST}, /* too long idle in a transaction */
    /* A table or a column of ours is gone. */
    {"42P01", DB_FAULT_FOREIGN},
    {"42703", DB_FAULT_FOREIGN},
    {"58", DB_FAULT_IO},
    {"XX001", DB_FAULT_FOREIGN}, /* damaged */
    {"XX002", DB_FAULT_FOREIGN},
    {"F0", DB_FAULT_IO},
};

enum db_fault
postgres_fault(const char *sqlstate)
{
	size_t i;

	for (i = 0; i < sizeof faults / sizeof faults[0]; i++)
		if (strncmp(sqlstate, faults[i].code, strlen(faults[i].code)) ==
		    0)
			return faults[i].fault;
	return DB_FAULT_PROGRAM;
}

/* The first line, with nothing in it that a terminal would obey. */
static void
one_line(char *out, size_t size, const char *text)
{
	size_t n = strcspn(text, "\n"), i;

	if (n >= size)
		n = size - 1;
	for (i = 0; i < n; i++)
		out[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f
		    ? '?'
		    : text[i];
	out[n] = '\0';
}

int
postgres_fail(struct postgres *p, const PGresult *result)
{
	const char *code = result == NULL
	    ? NULL
	    : PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = result == NULL
	    ? NULL
	    : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	enum db_fault fault = DB_FAULT_LOST;
	char line[400];

	if (code != NULL)
		fault = postgres_fault(code);
	else if (PQstatus(p->connection) != CONNECTION_BAD)
		fault = DB_FAULT_PROGRAM;
	one_line(line, sizeof line,
	    text != NULL ? text : PQerrorMessage(p->connection));
	/* One bad row is told of by its line, not by the store's name. */
	if (fault == DB_FAULT_CONSTRAINT)
		return db_fail(&p->db, fault, "%s", line);
	return db_fail(
	    &p->db, fault, "store %s: %s", msg_quote(p->db.name), line);
}
