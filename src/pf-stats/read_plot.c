/* AFL++'s plot_data: its last row, and all of them as a series. */
#include <errno.h>
#include <fcntl.h>

#include "clock.h"
#include "libengine/aflpp_plot.h"
#include "line.h"
#include "mem.h"
#include "msg.h"
#include "reading.h"

#define HEAD_MAX 512
#define TAIL_MAX 2048
#define ROW_MAX 4096

static void
fill(int64_t *field, int64_t value)
{
	if (*field == STATS_UNKNOWN)
		*field = value;
}

static void
complete(struct stats *s, const struct stats *row)
{
	fill(&s->execs_total, row->execs_total);
	fill(&s->corpus_count, row->corpus_count);
	fill(&s->cycles_total, row->cycles_total);
	fill(&s->pending_count, row->pending_count);
	fill(&s->edges_found, row->edges_found);
	fill(&s->crashes_total, row->crashes_total);
	fill(&s->hangs_total, row->hangs_total);
	fill(&s->update_ms, row->update_ms);
	if (!(s->coverage_ratio >= 0))
		s->coverage_ratio = row->coverage_ratio;
	if (!(s->execs_per_second >= 0))
		s->execs_per_second = row->execs_per_second;
}

/* The last whole row of `text` below the head; its time by aflpp_plot_row. */
static bool
last_row(const struct aflpp_plot *plot, const struct buf *text, struct stats *s,
    int64_t *time_ms, bool *relative)
{
	const char *end = memrchr(text->data, '\n', text->len), *line;

	while (end != NULL) {
		line = memrchr(text->data, '\n', (size_t)(end - text->data));
		line = line == NULL ? text->data : line + 1;
		stats_init(s);
		if (aflpp_plot_row(
			plot, line, (size_t)(end - line), s, time_ms, relative))
			return true;
		end = line == text->data ? NULL : line - 1;
	}
	return false;
}

/* The columns, from the line that the file begins with. */
static bool
read_head(int fd, struct aflpp_plot *plot)
{
	char text[HEAD_MAX];
	ssize_t n = pread(fd, text, sizeof text, 0);
	const char *end = n <= 0 ? NULL : memchr(text, '\n', (size_t)n);

	*plot = (struct aflpp_plot){0};
	return end != NULL && aflpp_plot_head(plot, text, (size_t)(end - text));
}

static int64_t
end_of(int fd, const struct stat *st, struct stats *s, bool *relative)
{
	struct buf text = BUF_INIT;
	struct aflpp_plot plot;
	struct stats row;
	int64_t time_ms = STATS_UNKNOWN;

	if (read_head(fd, &plot) &&
	    reading_tail(fd, st->st_size, TAIL_MAX, &text) == 0 &&
	    last_row(&plot, &text, &row, &time_ms, relative)) {
		if (!*relative)
			row.update_ms = time_ms;
		complete(s, &row);
	} else {
		time_ms = STATS_UNKNOWN;
	}
	buf_release(&text);
	return time_ms;
}

int64_t
read_plot_end(int dir_fd, struct stats *s)
{
	int fd = openat(dir_fd, "plot_data",
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int64_t time_ms = STATS_UNKNOWN;
	struct stat st;
	bool relative;

	if (fd < 0)
		return time_ms;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		time_ms = end_of(fd, &st, s, &relative);
	close(fd);
	return time_ms;
}

struct series {
	const struct source *from;
	struct aflpp_plot plot;
	int64_t begin_ms; /* what relative times count from */
	unsigned long long rows, bad;
};

static void
take_line(struct series *series, const char *line, size_t len)
{
	struct stats s;
	int64_t time_ms;
	bool relative;

	if (len > 0 && line[0] == '#') {
		if (!aflpp_plot_head(&series->plot, line, len))
			series->bad++;
		return;
	}
	stats_init(&s);
	if (!aflpp_plot_row(
		&series->plot, line, len, &s, &time_ms, &relative)) {
		series->bad += len > 0;
		return;
	}
	if (relative) {
		s.run_seconds = time_ms / 1000;
		time_ms += series->begin_ms;
	}
	if (series->from->instance != NULL)
		s.instance = mem_dup(series->from->instance);
	reading_tell(series->from, "afl++", &s, time_ms);
	stats_release(&s);
	series->rows++;
}

static int
read_rows(struct series *series, int fd)
{
	struct line_reader r;
	enum line_status got;
	char *line;
	size_t len;
	int status = 0;

	line_init(&r, fd, '\n', ROW_MAX);
	while ((got = line_next(&r, &line, &len)) != LINE_END) {
		if (got == LINE_ERROR) {
			status = reading_failed(series->from, "read");
			break;
		}
		if (got != LINE_OK)
			series->bad++;
		else
			take_line(series, line, len);
	}
	line_release(&r);
	return status;
}

/*
 * Relative times count from the first start; without knowing it, the last row
 * is taken to be as old as the file.
 */
static int64_t
guess_begin(int fd, const struct stat *st)
{
	bool relative = false;
	struct stats s;
	int64_t last;

	stats_init(&s);
	last = end_of(fd, st, &s, &relative);
	return clock_from_timespec(st->st_mtim) -
	    (last == STATS_UNKNOWN || !relative ? 0 : last);
}

static int
read_series(
    const struct source *from, int fd, const struct stat *st, int64_t begin_ms)
{
	struct series series = {.from = from, .begin_ms = begin_ms};
	char text[80];
	int status;

	if (begin_ms == STATS_UNKNOWN)
		series.begin_ms = guess_begin(fd, st);
	status = read_rows(&series, fd);
	if (status == 0 && series.bad > 0) {
		snprintf(text, sizeof text,
		    "%llu of its lines %s no row of plot_data", series.bad,
		    series.bad == 1 ? "is" : "are");
		status = reading_doubt(from, text);
	}
	if (status == 0 && series.rows == 0)
		status = reading_doubt(from, "plot_data without a row yet");
	return status;
}

int
read_plot(
    const struct source *from, int fd, const struct stat *st, int64_t begin_ms)
{
	struct stats s;
	bool relative;
	int64_t time_ms;

	if (from->reader->options->history)
		return read_series(from, fd, st, begin_ms);
	stats_init(&s);
	time_ms = end_of(fd, st, &s, &relative);
	if (time_ms == STATS_UNKNOWN)
		return reading_doubt(from, "plot_data without a row yet");
	if (relative) {
		s.run_seconds = time_ms / 1000;
		time_ms = begin_ms == STATS_UNKNOWN
		    ? clock_from_timespec(st->st_mtim)
		    : begin_ms + time_ms;
	}
	if (from->instance != NULL)
		s.instance = mem_dup(from->instance);
	s.state = "unknown";
	reading_tell(from, "afl++", &s, time_ms);
	stats_release(&s);
	return 0;
}
