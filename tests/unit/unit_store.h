/*
 * A store: in a file of its own, or in the PostgreSQL database that an argument
 * names, whose schema pf is dropped.
 */
#ifndef PF_UNIT_STORE_H
#define PF_UNIT_STORE_H

#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "libstore/ingest.h"
#include "libstore/migrate.h"

static const char *unit_server; /* NULL: the store is a file */
static char unit_path[64];

static inline struct db *
unit_open(void)
{
	struct db_options how = {.mode = DB_CREATE, .wait_ms = 5000};
	struct db_error why;
	struct db *db;
	int fd;

	if (unit_server == NULL) {
		snprintf(unit_path, sizeof unit_path, "/tmp/pf-serve-XXXXXX");
		fd = mkstemp(unit_path);
		assert_true(fd >= 0);
		close(fd);
	}
	db = db_open(unit_server == NULL ? unit_path : unit_server, &how, &why);
	if (db == NULL)
		fail_msg("%s", why.text);
	if (unit_server != NULL)
		assert_int_equal(
		    db_exec(db, "DROP SCHEMA IF EXISTS pf CASCADE"), 0);
	if (migrate_to(db, migrate_latest()) < 0)
		fail_msg("%s", db_error(db)->text);
	return db;
}

static inline int
unit_set_up(void **state)
{
	*state = unit_open();
	return 0;
}

static inline int
unit_tear_down(void **state)
{
	char beside[80];

	db_close(*state);
	if (unit_server != NULL)
		return 0;
	unlink(unit_path);
	snprintf(beside, sizeof beside, "%s-wal", unit_path);
	unlink(beside);
	snprintf(beside, sizeof beside, "%s-shm", unit_path);
	unlink(beside);
	return 0;
}

static inline void
unit_refused(void *context, const struct ingest_refused *line)
{
	(void)context;
	fail_msg("line %llu: %s", line->number, line->reason);
}

static inline struct ingest *
unit_ingest(struct db *db)
{
	return ingest_new(db, &(struct ingest_options){.reject = unit_refused});
}

#endif
