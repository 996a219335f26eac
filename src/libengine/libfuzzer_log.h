/*
 * libFuzzer's log, line by line: status lines of LLVM 14 (and the spellings of
 * newer releases), of single processes and of -fork, and the final statistics.
 * The target writes to the same stream, so nothing here decides that there was
 * a crash: the artifact's file does.
 */
#ifndef PF_LIBFUZZER_LOG_H
#define PF_LIBFUZZER_LOG_H

#include <stdbool.h>

#include "stats.h"

struct libfuzzer_log {
	struct stats stats;
	bool changed;     /* since the caller last cleared it */
	bool initialized; /* the corpus was loaded and fuzzing has begun */
	bool fork;        /* -fork: counts are of finished jobs */
	bool recognized;  /* at least one line was libFuzzer's */
	unsigned long long status_lines;
	int64_t fork_seconds; /* of the last line that gave a rate */
	int64_t fork_execs;
	char *last_words; /* the last line that said what was wrong; owned */
};

void libfuzzer_log_init(struct libfuzzer_log *log);
void libfuzzer_log_release(struct libfuzzer_log *log);
/* One line without its newline. */
void
libfuzzer_log_line(struct libfuzzer_log *log, const char *line, size_t len);

#endif
