/* How the statistics of one fuzzer are read, once it is known what they are. */
#ifndef PF_READING_H
#define PF_READING_H

#include <stdint.h>

#include "buf.h"
#include "libengine/stats.h"
#include "options.h"

#define STATS_FILE_MAX (1 << 20)

/* What one run of pf-stats needs for reading, whatever it reads. */
struct reader {
	struct options *options;
};

void reader_init(struct reader *r, struct options *options);
void reader_release(struct reader *r);
/* Before each round: what was looked up for the last one is forgotten. */
void reader_begin(struct reader *r);

struct source {
	struct reader *reader;
	char *path; /* for messages */
	/* What the events say; NULL when it is not known. */
	char *job, *target, *instance;
};

/* The last component of a path. */
const char *reading_base_name(const char *path);
/* One sentence with errno; returns the exit status that fits it. */
int reading_failed(const char *verb, const char *path);
/* Writes the event. */
void reading_tell(const struct source *from, const char *fuzzer,
    const struct stats *s, int64_t time_ms);

/*
 * AFL++: from the text of a fuzzer_stats file, with the inputs counted in the
 * instance's directory `dir_fd` unless that is -1. Returns an exit status.
 */
int read_aflpp(const struct source *from, const struct buf *text, int dir_fd,
    int64_t mtime_ms);
/* libFuzzer: from a log, up to its end. Returns an exit status. */
int read_libfuzzer(const struct source *from, int fd, int64_t mtime_ms);

#endif
