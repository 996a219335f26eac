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
	/* -fork: jobs that ended badly since one has executed anything. */
	int64_t idle_ends, idle_ends_base, idle_execs;
	char *last_words; /* the last line that said what was wrong; owned */
	char *cause;      /* the bug in words that it always has; owned */
	bool wrapped_up;  /* -fork: the time it was given is used up */
	bool counted;     /* -print_final_stats: it told how much it has done */
	/*
	 * What was printed since the last status line: of a process that ends
	 * at a crash, its report; of a long one the end.
	 */
	struct buf text;
	char *artifact;  /* name of the file it wrote in there; owned */
	bool summarized; /* `text` has the line that ends a report */
};

/* Bytes of `text` that are kept at the least, when there are more. */
#define LIBFUZZER_LOG_TEXT (64 * 1024)

void libfuzzer_log_init(struct libfuzzer_log *log);
void libfuzzer_log_release(struct libfuzzer_log *log);
/* One line without its newline. */
void
libfuzzer_log_line(struct libfuzzer_log *log, const char *line, size_t len);

#endif
