/* The bounds of the spool: how much may lie in it, and what must stay free. */
#ifndef PF_SHIP_ROOM_H
#define PF_SHIP_ROOM_H

#include "spool.h"

struct room_limits {
	uint64_t bytes, files; /* of sealed batches */
	uint64_t free_bytes;   /* of the disk; 0: any */
	double free_ratio;     /* the same as a share */
	bool drop_oldest;      /* stats, rather than stop reading */
};

struct room {
	const struct spool *spool;
	const struct room_limits *limits;
	struct spool_size size; /* as counted, and what we have added */
	uint64_t added;         /* bytes since */
};

/* Counts what is there; -1 after a sentence, with errno. */
int room_init(
    struct room *r, const struct spool *s, const struct room_limits *limits);
int room_count(struct room *r);
/* We have sealed a batch of so many bytes. */
void room_add(struct room *r, uint64_t bytes);
/*
 * How many bytes over the bounds it is with `pending` more; 0: there is room.
 * Others write to the spool, too: it is counted again now and then. *why, which
 * may be NULL, gets the reason as the rest of a sentence.
 */
uint64_t room_excess(struct room *r, uint64_t pending, struct buf *why);

#endif
