/* Batches, lines a second, what is left. */
#include "progress.h"

#include <inttypes.h>

#include "clock.h"

/* Short deliveries show nothing, long ones a line so often. */
#define EVERY_MS 500

void
progress_init(struct progress *p)
{
	*p = (struct progress){
	    .on = isatty(STDERR_FILENO) == 1, .begun = clock_monotonic()};
	p->told = p->begun;
}

void
progress_add(struct progress *p, uint64_t lines)
{
	int64_t now;
	double seconds;

	p->batches++;
	p->lines += lines;
	if (!p->on)
		return;
	now = clock_monotonic();
	if (now - p->told < EVERY_MS)
		return;
	p->told = now;
	seconds = (double)(now - p->begun) / 1000;
	fprintf(stderr,
	    "\r\033[K%" PRIu64 " batches delivered, %.0f lines/s, %" PRIu64
	    " left",
	    p->batches, (double)p->lines / seconds,
	    p->total > p->batches ? p->total - p->batches : 0);
	p->shown = true;
}

void
progress_clear(struct progress *p)
{
	if (!p->shown)
		return;
	fputs("\r\033[K", stderr);
	p->shown = false;
}
