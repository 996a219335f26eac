/* Bringing a store to the schema that this program knows. */
#ifndef PF_MIGRATE_H
#define PF_MIGRATE_H

#include "db.h"

/* The version that this program's statements are written for. */
int migrate_latest(void);

/* The store's version, 0 when it has no tables; -1 with db_error. */
int migrate_version(struct db *db);

/*
 * Makes steps up or down until the store has version `wanted`, each in one
 * transaction; those of a store that is made are one together. A store of a
 * later program, or one whose steps are not ours (by checksum), is refused with
 * DB_FAULT_VERSION and left alone. 0 or -1.
 */
int migrate_to(struct db *db, int wanted);

/*
 * For writers: a store without tables gets them; an older one is refused, as
 * are those that migrate_to refuses. 0 or -1.
 */
int migrate_prepare(struct db *db);

/* For readers: 0 when the store has exactly the schema we know. */
int migrate_check(struct db *db);

/*
 * For who writes again and again, at the beginning of a transaction: nobody has
 * made steps since the store was opened. 0 or -1.
 */
int migrate_still(struct db *db);

#endif
