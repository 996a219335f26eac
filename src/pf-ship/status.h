/* What lies in the spool, how its destinations do, and what was done. */
#ifndef PF_SHIP_STATUS_H
#define PF_SHIP_STATUS_H

#include "breaker.h"
#include "spool.h"
#include "totals.h"

/* Lines and bytes of one type of event. */
struct status_type {
	char *name; /* UTF-8 */
	uint64_t lines, bytes;
};

struct status_breaker {
	char *to; /* the destination, UTF-8 */
	struct breaker breaker;
};

struct status {
	uint64_t batches, bytes, lines;
	uint64_t unreadable;      /* files in new/ that are no batches */
	int64_t oldest;           /* ms since the epoch; of batches > 0 */
	struct status_type *type; /* sorted by name */
	size_t types, types_cap;
	struct status_breaker *breaker;
	size_t breakers, breakers_cap;
	uint64_t unsealed, rejected_lines, corrupt;
	struct totals totals;
	int64_t now;
};

/* Reads one file at a time. -1 after a sentence, with errno. */
int status_count(struct status *t, const struct spool *s);
void status_release(struct status *t);
/* False when the clock is behind the oldest, or there is none. */
bool status_age(const struct status *t, int64_t *ms);

struct status_format {
	const char *name;
	void (*write)(struct buf *out, const struct status *t);
};

/* NULL when there is none of that name: "json", "prometheus", "table". */
const struct status_format *status_format(const char *name);
/* Writes it to standard output; the exit status. */
int status_print(const struct spool *s, const struct status_format *format);

#endif
