/* honggfuzz's statistics file and its log. */
#include <sysexits.h>

#include "clock.h"
#include "kept.h"
#include "libengine/honggfuzz_log.h"
#include "libengine/honggfuzz_stats.h"
#include "line.h"
#include "mem.h"
#include "msg.h"
#include "reading.h"

#define LOG_LINE_MAX 65536
#define HEAD_MAX 512
#define TAIL_MAX 4096

static int
read_lines(struct honggfuzz_log *log, int fd, const struct source *from)
{
	struct line_reader r;
	enum line_status got;
	char *line;
	size_t len;
	int status = 0;

	line_init(&r, fd, '\n', LOG_LINE_MAX);
	while ((got = line_next(&r, &line, &len)) != LINE_END) {
		if (got == LINE_ERROR) {
			status = reading_failed(from, "read");
			break;
		}
		if (got == LINE_OK)
			honggfuzz_log_line(log, line, len);
	}
	line_release(&r);
	return status;
}

static void
tell(const struct source *from, struct stats *s, const struct stat *st)
{
	int64_t time_ms = clock_from_timespec(st->st_mtim);

	if (from->kept != NULL)
		kept_complete(from->kept, s);
	if (from->instance != NULL)
		s->instance = mem_dup(from->instance);
	/* That it runs is so now, however long ago it had something to say. */
	if (s->alive == 1)
		time_ms = clock_now();
	else if (s->update_ms != STATS_UNKNOWN)
		time_ms = s->update_ms;
	reading_tell(from, "honggfuzz", s, time_ms);
}

/* The line of names and the last rows: what lies between does not matter. */
static int
read_ends(int fd, const struct stat *st, struct buf *text)
{
	struct buf tail = BUF_INIT;
	const char *newline;
	int status = buf_read_fd(text, fd, HEAD_MAX);

	newline = memchr(text->data, '\n', text->len);
	if (status > 0 && newline != NULL) {
		buf_truncate(text, (size_t)(newline - text->data) + 1);
		status = reading_tail(fd, st->st_size, TAIL_MAX, &tail);
		buf_add(text, tail.data, tail.len);
	}
	buf_release(&tail);
	return status < 0 ? -1 : 0;
}

/* The totals of its end over those of its last row. */
static void
take_end(struct stats *s, const struct stats *end)
{
	s->execs_total = end->execs_total;
	s->execs_per_second = end->execs_per_second;
	s->run_seconds = end->run_seconds;
	s->peak_rss_bytes = end->peak_rss_bytes;
	if (end->edges_total >= s->edges_found)
		s->edges_total = end->edges_total;
}

static int
read_last(const struct source *from, int fd, const struct stat *st, int log_fd)
{
	struct honggfuzz_log log;
	struct buf text = BUF_INIT;
	struct stats s;
	const char *wrong;
	int status = 0;

	honggfuzz_log_init(&log);
	stats_init(&s);
	if (read_ends(fd, st, &text) < 0) {
		status = reading_failed(from, "read");
	} else {
		wrong = honggfuzz_stats_parse(text.data, text.len, &s);
		if (log_fd >= 0)
			status = read_lines(&log, log_fd, from);
		if (log.ended)
			take_end(&s, &log.stats);
		reading_judge(from, log.ended, fd, st, &s);
		if (wrong != NULL && s.alive != 1)
			status |= reading_doubt(from, wrong);
		if (wrong == NULL || from->kept != NULL)
			tell(from, &s, st);
	}
	stats_release(&s);
	honggfuzz_log_release(&log);
	buf_release(&text);
	return status;
}

static int
read_series(const struct source *from, int fd)
{
	struct honggfuzz_columns columns = {0};
	struct line_reader r;
	enum line_status got;
	unsigned long long rows = 0, bad = 0;
	struct stats s;
	char *line;
	size_t len;

	line_init(&r, fd, '\n', LOG_LINE_MAX);
	while ((got = line_next(&r, &line, &len)) != LINE_END) {
		if (got == LINE_ERROR)
			break;
		if (got == LINE_OK && honggfuzz_head(&columns, line, len))
			continue;
		stats_init(&s);
		if (got != LINE_OK || !honggfuzz_row(&columns, line, len, &s) ||
		    s.update_ms == STATS_UNKNOWN) {
			bad++;
			continue;
		}
		if (from->instance != NULL)
			s.instance = mem_dup(from->instance);
		reading_tell(from, "honggfuzz", &s, s.update_ms);
		stats_release(&s);
		rows++;
	}
	line_release(&r);
	if (got == LINE_ERROR)
		return reading_failed(from, "read");
	if (bad > 0)
		return reading_doubt(from, "not all of its lines are rows");
	return rows == 0 ? reading_doubt(from, "no row yet") : 0;
}

int
read_honggfuzz(
    const struct source *from, int fd, const struct stat *st, int log_fd)
{
	if (from->reader->options->history)
		return read_series(from, fd);
	return read_last(from, fd, st, log_fd);
}

int
read_honggfuzz_log(const struct source *from, int fd, const struct stat *st)
{
	struct honggfuzz_log log;
	int status;

	honggfuzz_log_init(&log);
	status = read_lines(&log, fd, from);
	if (status == 0) {
		reading_judge(from, log.ended, fd, st, &log.stats);
		tell(from, &log.stats, st);
	}
	honggfuzz_log_release(&log);
	return status;
}
