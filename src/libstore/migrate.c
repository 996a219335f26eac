/* Migrations: one transaction a step, each recorded with its checksum. */
#include "migrate.h"

#include "buf.h"
#include "clock.h"
#include "hash.h"
#include "schema.h"

static const char ledger[] = "CREATE TABLE schema_migrations (\n"
			     "  version {integer} PRIMARY KEY,\n"
			     "  name {text} NOT NULL,\n"
			     "  checksum {text} NOT NULL,\n"
			     "  applied_at {integer} NOT NULL\n"
			     ") {strict rowid};\n";

/* Tries against others that migrate at the same time. */
#define LOST_MAX 100

int
migrate_latest(void)
{
	return (int)schema_step_count;
}

static void
checksum(const struct schema_step *step, char hex[HASH_TEXT])
{
	struct buf text = BUF_INIT;

	buf_add_str(&text, step->up);
	buf_add_char(&text, '\0');
	buf_add_str(&text, step->down);
	hash_bytes(text.data, text.len, hex);
	buf_release(&text);
}

/* Compares one recorded step with ours. */
static int
check_step(struct db *db, int64_t version, const char *recorded)
{
	char ours[HASH_TEXT];

	if (version < 1 || version > migrate_latest())
		return db_fail(db, DB_FAULT_VERSION,
		    "the store has schema %lld and this program knows only %d",
		    (long long)version, migrate_latest());
	checksum(&schema_steps[version - 1], ours);
	if (recorded == NULL || strcmp(ours, recorded) != 0)
		return db_fail(db, DB_FAULT_VERSION,
		    "schema step %lld of the store differs from this program's",
		    (long long)version);
	return 0;
}

/*
 * Statements here are made for each use, because a step changes the schema
 * under them; there are few.
 */
int
migrate_version(struct db *db)
{
	struct db_statement *s;
	enum db_step step;
	int empty = db_is_empty(db), version = 0;

	if (empty != 0)
		return empty < 0 ? -1 : 0;
	s = db_prepare(db, NULL,
	    "SELECT version, checksum FROM schema_migrations ORDER BY version");
	if (s == NULL)
		return -1;
	while ((step = db_step(s)) == DB_ROW) {
		if (check_step(db, db_column_integer(s, 0),
			db_column_text(s, 1)) < 0) {
			db_reset(s);
			return -1;
		}
		version = (int)db_column_integer(s, 0);
	}
	db_reset(s);
	return step == DB_FAILED ? -1 : version;
}

static int
record_up(struct db *db, int version)
{
	const struct schema_step *step = &schema_steps[version - 1];
	struct db_statement *s = db_prepare(db, NULL,
	    "INSERT INTO schema_migrations (version, name, checksum,"
	    " applied_at) VALUES (?1, ?2, ?3, ?4)");
	char hex[HASH_TEXT];

	if (s == NULL)
		return -1;
	checksum(step, hex);
	db_bind_integer(s, 1, version);
	db_bind_text(s, 2, step->name);
	db_bind_text(s, 3, hex);
	db_bind_integer(s, 4, clock_now());
	return db_run(s);
}

static int
record_down(struct db *db, int version)
{
	struct db_statement *s = db_prepare(
	    db, NULL, "DELETE FROM schema_migrations WHERE version = ?1");

	if (s == NULL)
		return -1;
	db_bind_integer(s, 1, version);
	return db_run(s);
}

static int
step_up(struct db *db, int version)
{
	if (version == 1 && db_is_empty(db) == 1)
		if (db_mark(db) < 0 || db_exec(db, ledger) < 0)
			return -1;
	if (db_exec(db, schema_steps[version - 1].up) < 0)
		return -1;
	return record_up(db, version);
}

static int
step_down(struct db *db, int version)
{
	if (db_exec(db, schema_steps[version - 1].down) < 0)
		return -1;
	return record_down(db, version);
}

/* One step towards `wanted`, or from nothing all of them: nobody sees a store
 * that is half made. */
static int
make_steps(struct db *db, int version, int wanted)
{
	bool from_nothing = version == 0;
	int status;

	if (version > wanted)
		return step_down(db, version);
	do
		status = step_up(db, ++version);
	while (status == 0 && from_nothing && version < wanted);
	return status;
}

/* In one transaction: 1 when made, 0 when there already, -1. */
static int
migrate_once(struct db *db, int wanted)
{
	int version, status;

	if (db_begin(db) < 0)
		return -1;
	/* Asked again inside the transaction: another may have been here. */
	version = migrate_version(db);
	if (version < 0 || version == wanted) {
		db_rollback(db);
		return version < 0 ? -1 : 0;
	}
	status = make_steps(db, version, wanted);
	if (status == 0)
		status = db_commit(db);
	if (status < 0)
		db_rollback(db);
	return status < 0 ? -1 : 1;
}

int
migrate_to(struct db *db, int wanted)
{
	int version = migrate_version(db), made, lost = 0;
	struct timespec pause = {0, 20000000};

	if (version < 0 || version == wanted)
		return version < 0 ? -1 : 0;
	if (wanted < 0 || wanted > migrate_latest())
		return db_fail(db, DB_FAULT_VERSION,
		    "there is no schema %d: the latest is %d", wanted,
		    migrate_latest());
	/* Who loses against another that does the same looks again. */
	while ((made = migrate_once(db, wanted)) != 0) {
		if (made > 0)
			continue;
		if (db_error(db)->fault != DB_FAULT_AGAIN || ++lost > LOST_MAX)
			return -1;
		nanosleep(&pause, NULL);
	}
	return 0;
}

int
migrate_check(struct db *db)
{
	int version = migrate_version(db);

	if (version < 0)
		return -1;
	if (version == 0)
		return db_fail(
		    db, DB_FAULT_MISSING, "the store has no tables yet");
	if (version < migrate_latest())
		return db_fail(db, DB_FAULT_VERSION,
		    "the store has schema %d, this program needs %d: run"
		    " pf-ingest --migrate",
		    version, migrate_latest());
	return 0;
}

int
migrate_prepare(struct db *db)
{
	int version = migrate_version(db);

	if (version == 0)
		return migrate_to(db, migrate_latest());
	return version < 0 ? -1 : migrate_check(db);
}

int
migrate_still(struct db *db)
{
	struct db_statement *s =
	    db_static(db, "SELECT max(version) FROM schema_migrations");
	int64_t version = 0;
	enum db_step step;

	if (s == NULL)
		return -1;
	step = db_step(s);
	if (step == DB_ROW)
		version = db_column_integer(s, 0);
	db_reset(s);
	if (step == DB_FAILED)
		return -1;
	if (version != migrate_latest())
		return db_fail(db, DB_FAULT_VERSION,
		    "the store has schema %lld now, this program needs %d",
		    (long long)version, migrate_latest());
	return 0;
}
