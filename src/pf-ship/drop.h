/*
 * Making room: events of type `stats` are taken out of sealed batches, the
 * oldest first. Nothing else is ever dropped.
 */
#ifndef PF_SHIP_DROP_H
#define PF_SHIP_DROP_H

#include "spool.h"

struct drop {
	char after[BATCH_KEY]; /* up to this batch there is none left */
	uint64_t lines, batches, bytes; /* what was dropped and freed, in all */
};

/*
 * Frees `want` bytes, if it can. What is left of a batch is made
 * durable, under a key of its own, before the batch goes: it may have been sent
 * already, and a key never stands for other lines. False when there is nothing
 * more to drop.
 */
bool drop_stats(struct drop *d, struct spool *s, uint64_t want);
/*
 * Appends the lines of a payload that stay; returns how many do not.
 */
uint64_t drop_filter(struct buf *rest, const char *payload, size_t len);

#endif
