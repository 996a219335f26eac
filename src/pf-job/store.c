/* Opening the store for a verb. */
#include "store.h"

#include "libstore/migrate.h"
#include "msg.h"

int
store_fail(struct db *db)
{
	msg_warnx("%s", db_error(db)->text);
	return db_exit_code(db_error(db)->fault);
}

/* Only who brings jobs makes tables for them. */
static int
prepare(struct db *db, enum db_mode mode)
{
	int version = migrate_version(db);

	if (version == 0 && mode == DB_CREATE)
		return migrate_to(db, migrate_latest());
	return version < 0 ? -1 : migrate_check(db);
}

struct db *
store_open(const struct options *o, enum db_mode mode, int *status)
{
	struct db_options how = {.mode = mode, .wait_ms = o->wait_ms};
	struct db_error error;
	struct db *db = db_open(o->db, &how, &error);

	if (db == NULL) {
		msg_warnx("%s", error.text);
		*status = db_exit_code(error.fault);
		return NULL;
	}
	if (prepare(db, mode) == 0)
		return db;
	*status = store_fail(db);
	db_close(db);
	return NULL;
}
