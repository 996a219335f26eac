/* Standard input into sealed batches. */
#ifndef PF_SHIP_INTAKE_H
#define PF_SHIP_INTAKE_H

#include "room.h"

struct intake_limits {
	uint64_t batch_lines;
	uint64_t batch_bytes;
	int64_t batch_age_ms;
	struct room_limits room; /* reading stops there */
};

/*
 * Reads event lines from standard input until its end or until `signals`, a
 * signalfd, is readable; then everything that was read is sealed. Lines that
 * are no events are told of and go to rejected/. A byte is written to `notify`
 * (-1: nobody listens) for every sealed batch. Returns the exit status; 75 or
 * 74 says that lines could not be made durable.
 */
int intake(struct spool *s, const struct intake_limits *limits, int signals,
    int notify);

#endif
