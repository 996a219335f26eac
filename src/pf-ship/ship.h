/* Spooling and delivering at the same time. */
#ifndef PF_SHIP_SHIP_H
#define PF_SHIP_SHIP_H

#include "deliver.h"
#include "intake.h"

/*
 * Reads standard input into the spool while a second process delivers from it,
 * so that a slow destination never holds up the reading. Waits, at the end of
 * the input, until everything is delivered; a signal ends both once all that
 * was read is sealed. Returns the worse exit status of the two.
 */
int ship(struct spool *s, const struct intake_limits *limits,
    struct destination *d, const struct deliver_options *options);

#endif
