/* What a number of runs of one input amounts to: pure functions. */
#ifndef PF_VERDICT_H
#define PF_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "libcrash/fingerprint.h"

enum outcome {
	OUTCOME_CLEAN,   /* ended by itself, without a report */
	OUTCOME_CRASH,   /* a report, or a signal that was not ours */
	OUTCOME_TIMEOUT, /* our time was over */
	OUTCOME_ERROR,   /* could not be run, or ended by somebody else */
};

/* One run, or what an event says it should be. */
struct sighting {
	enum outcome outcome;
	/* Of its site, its class in place of it; "" where there is none. */
	char group[FINGERPRINT_TEXT];
	bool symbolized;
	int signal; /* 0: none */
	bool leak;
};

/* What is known of a crash before it is run. */
struct expectation {
	bool any;     /* false: every crash will do */
	bool timeout; /* it is a hang */
	struct sighting sighting;
};

enum verdict {
	VERDICT_SAME,
	VERDICT_OTHER,
	VERDICT_FLAKY,
	VERDICT_CLEAN,
	VERDICT_ERROR,
};

/* Are these the same crash, as far as both can tell? */
bool sighting_same(const struct sighting *a, const struct sighting *b);
/* Counts as a hit: a crash, or a timeout where that is to be expected. */
bool sighting_hit(const struct sighting *s, const struct expectation *expected);
enum verdict verdict_of(const struct sighting *runs, size_t count,
    const struct expectation *expected);
/* "same", "other", "flaky", "clean", "error". */
const char *verdict_name(enum verdict verdict);

#endif
