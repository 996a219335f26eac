/* What lies in the spool, as one JSON line. */
#ifndef PF_SHIP_STATUS_H
#define PF_SHIP_STATUS_H

#include "spool.h"

/* Writes the line to standard output; the exit status. */
int status_print(const struct spool *s);

#endif
