/* How far it is, on a terminal: one line on standard error, redrawn. */
#ifndef PF_PROGRESS_H
#define PF_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct progress {
	bool on;
	int64_t begun_ms, drawn_ms;
	unsigned long long done;
	unsigned long long total; /* 0: not known */
};

/* On only where standard error is a terminal. */
void progress_begin(struct progress *p);
/* Draws it when it is time to. */
void progress_draw(struct progress *p);
/* Leaves an empty line. */
void progress_end(struct progress *p);
/* Pure: "12/40 done, 3.1/s, 9 s left" after so long. */
void
progress_text(struct buf *out, const struct progress *p, int64_t elapsed_ms);

#endif
