/*
 * The circuit breaker: what a hundred runs know together of a destination that
 * fails. Closed, everything is sent. Open, nothing is until its time has come;
 * then it is half-open, and one batch is the probe that closes it or opens it
 * anew.
 *
 * The decisions have no clock and no file. Times are of clock_now.
 */
#ifndef PF_SHIP_BREAKER_H
#define PF_SHIP_BREAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct breaker {
	unsigned failures; /* in a row */
	bool open;
	int64_t opened;  /* when; of an open one */
	int64_t open_ms; /* and for how long */
};

struct breaker_limits {
	int64_t min_ms, max_ms; /* of a wait, as backoff_delay has them */
	unsigned failures;      /* so many in a row open it; 0: none do */
};

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };

/*
 * A clock that was set back to before the opening says that the time has come:
 * nobody can know better, and a probe costs little.
 */
enum breaker_state breaker_state(const struct breaker *b, int64_t now);
/* "closed", "open", "half-open". */
const char *breaker_state_name(enum breaker_state state);
/* Milliseconds until the probe; 0 unless it is open. */
int64_t breaker_left(const struct breaker *b, int64_t now);
/*
 * One more failure. Returns how long to wait before the next try: what the
 * destination asked for (-1: nothing), which opens it at once, or else
 * backoff_delay of the failures.
 */
int64_t breaker_fail(struct breaker *b, const struct breaker_limits *limits,
    int64_t retry_after_ms, int64_t now, uint64_t random);
/* It works. True when something has changed. */
bool breaker_succeed(struct breaker *b);

/* The file's text, with the destination's name; and back. */
void breaker_write(struct buf *out, const struct breaker *b, const char *to);
/*
 * NULL, or what is wrong with it as the rest of a sentence, and the breaker is
 * closed then. `to` gets the name of the destination appended unless NULL.
 */
const char *
breaker_read(struct breaker *b, const char *text, size_t len, struct buf *to);

#endif
