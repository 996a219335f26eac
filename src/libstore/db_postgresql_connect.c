/* Connecting to PostgreSQL, and why it did not work. */
#include <poll.h>

#include "clock.h"
#include "db_postgresql.h"
#include "mem.h"
#include "msg.h"

/* How long a second try may take that only asks for the reason. */
#define REASON_MS 5000

/*
 * The parameters that are ours: those of `where` go before them. A server that
 * is gone without a word is given up after half a minute, not after the quarter
 * of an hour for which the system would go on.
 */
static PGconn *
start(struct postgres *p,
    PGconn *(*connect)(const char *const *, const char *const *, int))
{
	const char *const keys[] = {"fallback_application_name",
	    "connect_timeout", "keepalives_idle", "keepalives_interval",
	    "keepalives_count", "tcp_user_timeout", "dbname", "client_encoding",
	    NULL};
	const char *const values[] = {
	    "pf", "10", "30", "10", "3", "30000", p->where, "UTF8", NULL};

	return connect(keys, values, 1);
}

char *
postgres_name(const char *where)
{
	PQconninfoOption *all = PQconninfoParse(where, NULL), *o;
	const char *host = NULL, *port = NULL, *name = NULL;
	char *text;

	for (o = all; o != NULL && o->keyword != NULL; o++) {
		if (strcmp(o->keyword, "host") == 0)
			host = o->val;
		else if (strcmp(o->keyword, "port") == 0)
			port = o->val;
		else if (strcmp(o->keyword, "dbname") == 0)
			name = o->val;
	}
	text = mem_printf("postgresql://%s%s%s/%s", host == NULL ? "" : host,
	    port == NULL ? "" : ":", port == NULL ? "" : port,
	    name == NULL ? "" : name);
	PQconninfoFree(all);
	return text;
}

/*
 * A password with an '@' or a '/' that is not escaped ends up in parts of the
 * address which messages show, those of libpq too.
 */
int
postgres_check_address(struct postgres *p)
{
	PQconninfoOption *all = PQconninfoParse(p->where, NULL), *o;
	const char *authority = strstr(p->where, "://") + 3;
	const char *at = strchr(authority, '@');
	size_t len = strcspn(authority, "/?"), rest = strcspn(authority, "?");
	bool good = all != NULL;

	for (o = all; o != NULL && o->keyword != NULL; o++)
		if (strcmp(o->keyword, "port") == 0 && o->val != NULL)
			good = o->val[strspn(o->val, "0123456789,")] == '\0';
	PQconninfoFree(all);
	if (at != NULL && at < authority + rest)
		good = good && at < authority + len &&
		    memchr(at + 1, '@', (size_t)(authority + rest - at - 1)) ==
			NULL;
	return good ? 0
		    : db_fail(&p->db, DB_FAULT_ADDRESS,
			  "the store's address is not one that libpq reads;"
			  " in a name or password / ? # @ : %% are written as"
			  " %%2F %%3F %%23 %%40 %%3A %%25");
}

/* Drives a connection on to its end, good or bad. */
static void
finish_connecting(PGconn *c, int64_t until)
{
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;

	while (
	    state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING) {
		struct pollfd fd = {PQsocket(c),
		    state == PGRES_POLLING_READING ? POLLIN : POLLOUT, 0};
		int64_t left = until - clock_monotonic();

		if (left <= 0 || fd.fd < 0 || poll(&fd, 1, (int)left) == 0)
			return;
		state = PQconnectPoll(c);
	}
}

/*
 * A refusal of the server's has a code, which is not told of a connection that
 * was made in one call: the attempt is made once more to be told it. "" when
 * there is none.
 */
static void
refusal_code(struct postgres *p, char code[6])
{
	PGconn *c = start(p, PQconnectStartParams);
	const char *fatal;

	code[0] = '\0';
	if (c == NULL || PQstatus(c) == CONNECTION_BAD) {
		PQfinish(c);
		return;
	}
	PQsetErrorVerbosity(c, PQERRORS_SQLSTATE);
	finish_connecting(c, clock_monotonic() + REASON_MS);
	/* "…FATAL:  28P01\n", in whatever language FATAL is. */
	fatal = strrchr(PQerrorMessage(c), ':');
	if (fatal != NULL && strspn(fatal, ": ") > 1) {
		fatal += strspn(fatal, ": ");
		if (strcspn(fatal, "\n") == 5)
			snprintf(code, 6, "%.5s", fatal);
	}
	PQfinish(c);
}

/* What no other try will change has no code where it is libpq that refuses:
 * its words, which are not translated here (libpq 15, fe-connect.c,
 * fe-secure-openssl.c, fe-auth.c). */
static bool
is_refused_here(const char *text)
{
	static const char *const words[] = {"certificate", "invalid ",
	    "SSL protocol version", "does not support SSL", "channel binding",
	    "definition of service", NULL};
	size_t i = 0;

	while (words[i] != NULL && strstr(text, words[i]) == NULL)
		i++;
	return words[i] != NULL;
}

static int
explain(struct postgres *p)
{
	char code[6];

	postgres_fail(p, NULL);
	refusal_code(p, code);
	p->db.error.fault = code[0] != '\0'     ? postgres_fault(code)
	    : is_refused_here(p->db.error.text) ? DB_FAULT_CONFIG
						: DB_FAULT_LOST;
	return -1;
}

/*
 * A commit that is not on the disk when it is acknowledged is none. And a plan
 * that was made while a table was empty would read all of it for as long as
 * the session lives: every statement of a writer has its index.
 */
static const char of_writers[] =
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off';"
    "SET enable_seqscan = off; SET jit = off";

static int
run(struct postgres *p, const char *sql)
{
	PGresult *result = PQexec(p->connection, sql);
	ExecStatusType status = PQresultStatus(result);
	int failed = 0;

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		failed = postgres_fail(p, result);
	PQclear(result);
	return failed;
}

static int
set_up(struct postgres *p)
{
	char sql[256];

	snprintf(sql, sizeof sql,
	    "SET search_path = pf; SET client_min_messages = warning;"
	    "SET lock_timeout = %lld; SET standard_conforming_strings = on",
	    (long long)(p->wait_ms > 0 ? p->wait_ms : 1));
	if (run(p, sql) < 0)
		return -1;
	if (p->mode == DB_READ)
		return run(p, "SET default_transaction_read_only = on");
	return run(p, of_writers);
}

static void
take_warning(void *context, const PGresult *result)
{
	struct postgres *p = context;

	(void)result;
	p->warned = true;
}

int
postgres_connect(struct postgres *p)
{
	PQfinish(p->connection);
	p->unanswered = 0;
	p->failed = false;
	p->generation++;
	p->connection = start(p, PQconnectdbParams);
	if (PQstatus(p->connection) != CONNECTION_OK)
		return explain(p);
	PQsetNoticeReceiver(p->connection, take_warning, p);
	if (set_up(p) < 0)
		return -1;
	p->warned = false;
	if (PQenterPipelineMode(p->connection) == 0)
		return postgres_fail(p, NULL);
	return 0;
}
