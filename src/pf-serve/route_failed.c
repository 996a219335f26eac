#include "route.h"

/* When somebody who found the store busy may ask again. */
#define RETRY_SECONDS 1

void
route_failed(struct db *db, struct answer *a)
{
	const struct db_error *error = db_error(db);

	switch (error->fault) {
	case DB_FAULT_BUSY:
	case DB_FAULT_AGAIN:
	case DB_FAULT_LOST:
	case DB_FAULT_FULL:
	case DB_FAULT_IO:
	case DB_FAULT_MISSING:
	case DB_FAULT_VERSION:
		answer_error(a, 503, "%s", error->text);
		a->retry_after = RETRY_SECONDS;
		break;
	default:
		answer_error(a, 500, "%s", error->text);
	}
}
