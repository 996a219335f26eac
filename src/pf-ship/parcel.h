/*
 * A batch on its way: which of its lines have found their place, and which are
 * to be handed over next. A batch that is refused is halved until the line is
 * alone.
 */
#ifndef PF_SHIP_PARCEL_H
#define PF_SHIP_PARCEL_H

#include "destination.h"
#include "spool.h"

/* A batch is halved until a line is alone: one level for each bit. */
#define PARCEL_DEPTH 64

/* A run of whole lines of a payload. */
struct parcel_range {
	const char *bytes;
	size_t len;
	uint64_t first, lines; /* counted from 0 in the batch */
};

struct parcel {
	bool loaded;
	bool flying;    /* its consignment is handed over */
	unsigned tries; /* that failed */
	struct batch batch;
	struct buf file; /* header and payload */
	struct parcel_range todo[PARCEL_DEPTH];
	unsigned count;
	struct consignment consignment; /* of the last range */
	char key[BATCH_KEY];            /* its own */
	struct buf rejects;             /* records for rejected/ */
};

void parcel_init(struct parcel *p);
void parcel_release(struct parcel *p);

/* NULL, or what is wrong, as spool_read has it. */
const char *parcel_load(
    struct parcel *p, const struct spool *s, const char *name, int *error);
/* Forgets the batch, and large memory. */
void parcel_unload(struct parcel *p);

/* Makes the consignment of what is next; false when nothing is left. */
bool parcel_prepare(struct parcel *p);
/*
 * What became of the consignment. Each takes its lines off the list and
 * returns how many of them are rejected; parcel_refuse may put them back as
 * two halves.
 */
uint64_t parcel_accept(struct parcel *p);
uint64_t parcel_refuse(struct parcel *p);
uint64_t parcel_reject_all(struct parcel *p);

/*
 * All lines have found their place: writes the rejected ones, and then removes
 * the batch. -1 after a sentence; *code is the exit status.
 */
int parcel_finish(struct parcel *p, const struct spool *s, int *code);

/*
 * The key of some lines of a batch: that of the batch with the hash of the
 * lines in place of the run, so that it never stands for other ones.
 */
void parcel_key(char key[BATCH_KEY], const char *batch, const char *bytes,
    size_t len, uint64_t first);

#endif
