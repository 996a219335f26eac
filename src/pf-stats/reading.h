/*
 * How the statistics of one fuzzer are read, once it is known what they are.
 * All functions that return a status return an exit status, after one sentence
 * on each thing that is wrong.
 */
#ifndef PF_READING_H
#define PF_READING_H

#include <stdint.h>
#include <sys/stat.h>

#include "buf.h"
#include "fuzzer_process.h"
#include "libengine/stats.h"
#include "memory.h"
#include "options.h"

#define STATS_FILE_MAX (1 << 20)
/* Instead of an exit status: there are no statistics. */
#define READING_NONE (-1)

/* What one run of pf-stats needs for reading, whatever it reads. */
struct reader {
	struct options *options;
	struct flocks flocks;
	struct memory memory;
	unsigned round; /* counts from 1 */
};

void reader_init(struct reader *r, struct options *options);
void reader_release(struct reader *r);
/* Before each round: what was looked up for the last one is forgotten. */
void reader_begin(struct reader *r);

struct kept;

struct source {
	struct reader *reader;
	char *path; /* for messages */
	/* What the events say; NULL when it is not known. */
	char *job, *target, *instance;
	/* What pf-run has kept of this fuzzer; NULL without it. */
	const struct kept *kept;
};

void source_release(struct source *s);
/* The last component of a path. */
const char *reading_base_name(const char *path);
/*
 * One sentence with errno and the path; returns the exit status that fits it.
 * A follower says what is wrong when it begins to be so, not in each round.
 */
int reading_failed(const struct source *from, const char *verb);
/* The same for what is wrong in other ways; returns 1. */
int reading_doubt(const struct source *from, const char *what);
/* The same for what is no fuzzer's; returns 65. */
int reading_refused(const struct source *from, const char *what);
/* Notes what is wrong; whether it was so in the last round already. */
bool reading_is_said(const struct source *from, const char *what);
/* Writes the event. */
void reading_tell(const struct source *from, const char *fuzzer,
    const struct stats *s, int64_t time_ms);
/*
 * Sets state and alive of what writes a log or a table of its own: by who has
 * it open, its age, and whether it says that it has ended.
 */
void reading_judge(const struct source *from, bool ended, int fd,
    const struct stat *st, struct stats *s);
/*
 * Appends the last `max` bytes of a file to the empty `text`, from the
 * beginning of a line on. -1 with errno.
 */
int reading_tail(int fd, off_t size, size_t max, struct buf *text);

/*
 * AFL++: an instance's directory, freshly opened, and what fstat says of it.
 * READING_NONE when it is none, with nothing said.
 */
int read_aflpp(const struct source *from, int dir_fd, const struct stat *dir);
/* AFL++: a fuzzer_stats file alone, from its text. */
int read_aflpp_text(
    const struct source *from, const struct buf *text, const struct stat *st);
/* AFL++: plot_data; `stats_ms` is when the first start was, if known. */
int read_plot(
    const struct source *from, int fd, const struct stat *st, int64_t begin_ms);
/*
 * The last row of the plot_data in `dir_fd`: what *s does not know is set from
 * it. Its moment since the first start is returned, STATS_UNKNOWN where there
 * is no row.
 */
int64_t read_plot_end(int dir_fd, struct stats *s);
/* libFuzzer: from a log, up to its end; `before` is an older part of it. */
int read_libfuzzer(
    const struct source *from, int fd, const struct stat *st, int before_fd);
/* honggfuzz: its statistics file; `log_fd` is its log or -1. */
int read_honggfuzz(
    const struct source *from, int fd, const struct stat *st, int log_fd);
/* honggfuzz: its log alone. */
int
read_honggfuzz_log(const struct source *from, int fd, const struct stat *st);
/* A job's directory. */
int read_job(const struct source *from, int dir_fd);

#endif
