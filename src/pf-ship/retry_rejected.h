/* Lines of rejected/ on their way again. */
#ifndef PF_SHIP_RETRY_REJECTED_H
#define PF_SHIP_RETRY_REJECTED_H

#include "intake.h"

/*
 * Puts the lines in rejected/ back: each that is an event line now is sealed
 * into a batch, and only then taken out of its file. What is none stays. Killed
 * in between a line is in both places, never in none. Returns the exit status:
 * 0, 1 if lines stay, or worse.
 */
int retry_rejected(struct spool *s, const struct intake_limits *limits);

#endif
