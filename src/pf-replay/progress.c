#include "progress.h"

#include <unistd.h>

#include "clock.h"

#define REDRAW_MS 200

void
progress_begin(struct progress *p)
{
	*p = (struct progress){
	    .on = isatty(STDERR_FILENO) == 1, .begun_ms = clock_monotonic()};
}

/* "9 s", "3 min", "2.5 h": nobody wants it finer. */
static void
add_time(struct buf *out, double seconds)
{
	if (seconds < 100)
		buf_addf(out, "%.0f s", seconds);
	else if (seconds < 6000)
		buf_addf(out, "%.0f min", seconds / 60);
	else
		buf_addf(out, "%.1f h", seconds / 3600);
}

void
progress_text(struct buf *out, const struct progress *p, int64_t elapsed_ms)
{
	double rate =
	    elapsed_ms > 0 ? (double)p->done * 1000 / (double)elapsed_ms : 0;

	buf_addf(out, "%llu", p->done);
	if (p->total > 0)
		buf_addf(out, "/%llu", p->total);
	buf_add_str(out, " done");
	/* Of nothing done there is no rate to be known. */
	if (rate > 0)
		buf_addf(out, ", %.*f/s", rate < 10 ? 1 : 0, rate);
	if (rate > 0 && p->total > p->done) {
		buf_add_str(out, ", ");
		add_time(out, (double)(p->total - p->done) / rate);
		buf_add_str(out, " left");
	}
}

/* The cursor stays at the line's beginning: a message overwrites it. */
static void
write_line(const char *text)
{
	struct buf line = BUF_INIT;

	buf_addf(&line, "\r%s\033[K\r", text);
	(void)!write(STDERR_FILENO, line.data, line.len);
	buf_release(&line);
}

void
progress_draw(struct progress *p)
{
	struct buf text = BUF_INIT;
	int64_t now;

	if (!p->on || (now = clock_monotonic()) < p->drawn_ms + REDRAW_MS)
		return;
	p->drawn_ms = now;
	progress_text(&text, p, now - p->begun_ms);
	write_line(text.data);
	buf_release(&text);
}

void
progress_end(struct progress *p)
{
	if (p->on)
		write_line("");
	p->on = false;
}
