/*
 * What honggfuzz 2.6 prints with --verbose, line by line: what it reached and
 * which crashes it saved, and at its end the totals.
 */
#ifndef PF_HONGGFUZZ_LOG_H
#define PF_HONGGFUZZ_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "stats.h"

struct honggfuzz_log {
	struct stats stats;
	bool recognized; /* at least one line was honggfuzz's */
	bool ended;      /* it told its totals */
};

void honggfuzz_log_init(struct honggfuzz_log *log);
void honggfuzz_log_release(struct honggfuzz_log *log);
/* One line without its newline. */
void
honggfuzz_log_line(struct honggfuzz_log *log, const char *line, size_t len);
/* Whether a text that begins so is such a log. */
bool honggfuzz_log_recognize(const char *text, size_t len);

#endif
