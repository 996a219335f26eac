/* What an administrator can have done to the store. */
#ifndef PF_SERVE_MAINTENANCE_H
#define PF_SERVE_MAINTENANCE_H

#include <stdint.h>

struct maintenance_options {
	const char *db;
	const char *backups; /* a directory; NULL: no backups are made */
	int64_t wait_ms;
	int64_t hours_after_ms, days_after_ms; /* of a purge; -1: not */
};

/* Before the first request; copied. */
void maintenance_set(const struct maintenance_options *options);

#endif
