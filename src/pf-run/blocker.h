/*
 * A bug so shallow that the fuzzer does nothing but find it: the same site
 * ends one process after another soon after its start.
 */
#ifndef PF_BLOCKER_H
#define PF_BLOCKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/* So many quick ends in a row by one site make it a blocker. */
#define BLOCKER_ENDS 5

struct blocker {
	char *site;    /* of the last end; NULL or owned */
	unsigned ends; /* in a row by it, each soon after its start */
};

void blocker_release(struct blocker *b);
/*
 * A process ended at `site` (NULL: not known) after `lived_ms`. Returns the
 * quick ends beyond those that make a blocker: 0 while it is none.
 */
unsigned blocker_note(struct blocker *b, const char *site, int64_t lived_ms);
/* The site that blocks, or NULL. Valid until the next call on `b`. */
const char *blocker_of(const struct blocker *b);
/*
 * "FUNCTION FILE:LINE" out of a report's last "SUMMARY: " line, as compiler-rt
 * 14 writes it; false when there is none with a place in it.
 */
bool blocker_site(const char *report, size_t len, struct buf *site);

#endif
