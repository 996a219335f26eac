/* The store's series in less room. */
#ifndef PF_REAP_STORE_H
#define PF_REAP_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct store_policy {
	const char *db; /* NULL: no store */
	/* What is older becomes one event an hour, or a day; < 0: never. */
	int64_t hours_after_ms, days_after_ms;
	int64_t wait_ms;
	bool dry_run;
};

/* Prints an event line for each type and step of which there was something to
 * be done, and for each that failed. Returns an exit status. */
int store_reap(const struct store_policy *policy);

#endif
