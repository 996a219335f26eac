/*
 * Lines from a descriptor, in one buffer, with a bound on their length.
 * Before each read that may wait, what was written to out_* is flushed: a
 * filter is fast in bulk and prompt when the lines come slowly.
 */
#ifndef PF_LINE_H
#define PF_LINE_H

#include <stdbool.h>

#include "buf.h"

struct line_reader {
	int fd;
	char delimiter;
	size_t max;
	struct buf buf;
	size_t next; /* where in buf the next line begins */
	bool ended;
	unsigned long long number; /* of the line last returned, from 1 */
	/*
	 * Optional, set after line_init: called before each read. 1 reads on, 0
	 * has line_next return LINE_PAUSED, -1 with errno LINE_ERROR.
	 */
	int (*wait)(void *context);
	/* Optional, set after line_init: takes the place of read(2). */
	ssize_t (*read)(void *context, void *bytes, size_t n);
	void *context;
	bool in_line;  /* paused inside a line that is counted already */
	bool skipping; /* paused inside one that is too long */
};

enum line_status {
	LINE_OK,
	LINE_TOO_LONG, /* over max: the whole line was skipped */
	LINE_END,
	LINE_PAUSED, /* `wait` said so; nothing is lost, call again */
	LINE_ERROR,  /* errno says why */
};

/* `fd` is borrowed. `max` bytes without the delimiter are the longest line. */
void line_init(struct line_reader *r, int fd, char delimiter, size_t max);
void line_release(struct line_reader *r);
/*
 * The next line without its delimiter, valid until the next call; a last line
 * without one counts. The byte after it may be overwritten by the caller.
 */
enum line_status line_next(struct line_reader *r, char **line, size_t *len);

/*
 * Calls `each` for every operand up to NULL or, where there is none, for every
 * line of standard input ('\n' or, with `nul`, '\0' ends one). Returns the
 * worst status by exit_worse (out.h).
 */
int line_each_operand_or_stdin(char *const operands[], bool nul,
    int (*each)(const char *operand, void *context), void *context);

#endif
