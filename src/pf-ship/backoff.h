/* How long to wait before the next attempt. */
#ifndef PF_SHIP_BACKOFF_H
#define PF_SHIP_BACKOFF_H

#include <stdint.h>

/*
 * Full jitter: anything from 0 to the smaller of `max_ms` and
 * `min_ms` * 2^attempt, evenly spread over `random`. The first failure is
 * attempt 0.
 */
int64_t backoff_delay(
    unsigned attempt, int64_t min_ms, int64_t max_ms, uint64_t random);

#endif
